import Papa from 'papaparse';
import { InputError } from '../../../core/errors';
import { oneLine } from '../../../core/wording';
import { readText } from '../../../data/files/fileAccess';
import { parseJson } from '../../../data/files/json';
import type { LabelDecision, RunLabels } from '../../../runs/labelDecisions';

/** Largest file of changes, in bytes. */
const LARGEST = 256 * 1024 ** 2;
/** What stands for a label where an instance is left out. */
const LEFT_OUT = '';
/** Fields of a change, as columns of a table or members of an object. */
const FIELDS = 'instance, is (a class; empty leaves the instance out) and perhaps why, score, undo';

/** Columns of a table of changes; others may stand beside them. */
const columns = ['instance', 'was', 'is', 'why', 'score', 'when', 'undo'];

/** A change as a file has it. */
type GivenChange = Record<string, unknown>;

/**
 * Reads decisions: a CSV with a header, a JSON list of objects, or what a run keeps (`{"decisions": […]}`).
 * @param now time of those that tell none, ISO 8601
 * @throws InputError naming file and line, or place, of the first that fits neither run nor form
 */
export async function readChanges(file: string, run: RunLabels, now: string): Promise<LabelDecision[]> {
  const text = await readText(file, LARGEST);
  const given = /^\s*[[{]/.test(text) ? fromJson(text, file) : fromCsv(text, file);
  const labelOf = new Map(Array.from(run.instances, (instance, row) => [instance, run.labels[row]]));
  const classes = new Set(run.classes);
  return given.map(({ change, place }) => decisionOf(change, { file, place, labelOf, classes, run, now }));
}

interface Placed {
  change: GivenChange;
  place: string;
}

function fromJson(text: string, file: string): Placed[] {
  const value = parseJson(text, file);
  const list = Array.isArray(value) ? value : (value as { decisions?: unknown } | null)?.decisions;
  if (!Array.isArray(list)) throw new InputError(file, `holds no list, expected objects with ${FIELDS}`);
  return list.map((change: unknown, k) => {
    const place = `decision ${k + 1}`;
    if (typeof change === 'object' && change !== null) return { change: change as GivenChange, place };
    throw new InputError(file, `is ${String(change)}, expected an object with ${FIELDS}`, place);
  });
}

function fromCsv(text: string, file: string): Placed[] {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: true });
  const [names = [], ...rows] = data;
  const at = new Map(names.map((name, column) => [name.trim(), column]));
  if (!at.has('instance') || !at.has('is')) {
    const found = oneLine(names.join(', '));
    throw new InputError(file, `has the columns ${found}, expected ${FIELDS}`, 'line 1');
  }
  return rows.map((row, k) => {
    const change: GivenChange = Object.fromEntries(
      columns.flatMap((name) => (at.has(name) ? [[name, row[at.get(name)!] ?? '']] : [])),
    );
    const leaveOut = change.is === LEFT_OUT && !change.undo ? true : undefined;
    return { change: { ...change, leaveOut }, place: `row ${k + 1}` };
  });
}

interface Reading {
  file: string;
  place: string;
  labelOf: ReadonlyMap<number, number>;
  classes: ReadonlySet<string>;
  run: RunLabels;
  now: string;
}

function decisionOf(change: GivenChange, reading: Reading): LabelDecision {
  const { file, place, labelOf, classes, run, now } = reading;
  const text = (name: string) => {
    const value = change[name];
    return value === undefined || value === null ? '' : oneLine(String(value));
  };
  const instance = Number(text('instance') || NaN);
  const label = labelOf.get(instance);
  if (label === undefined) {
    throw new InputError(
      file,
      `names the instance ${text('instance') || '(none)'}, which the run has not`,
      place,
    );
  }
  const score = Number(text('score') || NaN);
  const common = {
    instance,
    was: text('was') || (run.classes[label] ?? String(label)),
    ...(text('why') === '' ? {} : { why: text('why') }),
    ...(Number.isFinite(score) ? { score } : {}),
    when: text('when') || now,
  };
  if (text('undo') === 'true' || text('undo') === '1') return { ...common, undo: true };
  if (change.leaveOut === true || text('leaveOut') === 'true') return { ...common, leaveOut: true };
  const is = text('is');
  if (classes.has(is)) return { ...common, is };
  const known = run.classes.slice(0, 12).join(', ') + (run.classes.length > 12 ? ', …' : '');
  throw new InputError(file, `has the class ${is || '(none)'}, expected one of ${oneLine(known)}`, place);
}
