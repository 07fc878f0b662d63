import { InputError } from '../../../core/errors';
import { pluralise } from '../../../core/wording';
import { encodeNpy, type WritableArray } from '../../../data/arrays/npy';
import { readArray } from '../../../data/arrays/readArray';
import type { LabelDecision, RunLabels } from '../../../runs/labelDecisions';
import type { Run } from '../../../runs/readRun';
import { datasetOptionsOf } from '../../recording/reopenDataset';
import type { Lines } from '../../export/apdf';
import { csvLine } from '../../export/csv';

/** What stands for a label that is left out, in arrays. */
const LEFT_OUT = -1;

/** Decisions that hold, by instance. */
export type Standing = ReadonlyMap<number, LabelDecision>;

/** Name of the class of a row after the decisions; undefined where it is left out. */
function labelAfter(run: RunLabels, row: number, standing: Standing): string | undefined {
  const decision = standing.get(run.instances[row]);
  if (decision?.leaveOut) return undefined;
  return decision?.is ?? run.classes[run.labels[row]] ?? String(run.labels[row]);
}

/** Every instance of the run with its label, those that are left out not among them. */
export function* labelsCsv(run: RunLabels, standing: Standing): Lines {
  yield csvLine(['instance', 'label']);
  for (let row = 0; row < run.instances.length; row++) {
    const label = labelAfter(run, row, standing);
    if (label !== undefined) yield csvLine([run.instances[row], label]);
  }
}

/** The decisions that hold and change something, by instance. */
export function* changesCsv(standing: Standing): Lines {
  yield csvLine(['instance', 'was', 'is', 'why', 'score', 'when']);
  for (const decision of inOrder(standing)) {
    const { instance, was, is, leaveOut, why, score, when } = decision;
    if (leaveOut || is !== was) yield csvLine([instance, was, leaveOut ? '' : is, why, score, when]);
  }
}

function inOrder(standing: Standing): LabelDecision[] {
  return [...standing.values()].sort((a, b) => a.instance - b.instance);
}

/**
 * Tasks of Label Studio with the decided label as an annotation of choices (`from_name` label, `to_name` instance). Left out
 * instances have the annotation that was cancelled.
 */
export function* labelStudioJson(standing: Standing, name: string): Lines {
  yield '[\n';
  const decisions = inOrder(standing);
  for (const [k, { instance, was, is, leaveOut, why, when }] of decisions.entries()) {
    const choice = {
      from_name: 'label',
      to_name: 'instance',
      type: 'choices',
      value: { choices: [is ?? was] },
    };
    const task = {
      data: { instance, run: name, label: was, ...(why === undefined ? {} : { why }) },
      annotations: [{ result: leaveOut ? [] : [choice], was_cancelled: leaveOut === true, created_at: when }],
    };
    yield `${JSON.stringify(task)}${k < decisions.length - 1 ? ',' : ''}\n`;
  }
  yield ']\n';
}

/** The labels' array with the decisions in it. */
export interface CorrectedArray {
  bytes: Uint8Array;
  notices: string[];
}

/**
 * The array that the run's labels were read of, whole and in its order, with the decided labels; −1 stands for those that are
 * left out.
 * @throws InputError where the labels are of no single array of whole numbers
 */
export async function correctedArray(run: Run, standing: Standing): Promise<CorrectedArray> {
  const { data, labels: named } = datasetOptionsOf(run);
  if (named?.length !== 1 || data.length !== 1) {
    throw new InputError(run.folder, 'has its labels from no single array; export them as .csv');
  }
  const file = named[0].path;
  const original = await readArray(file);
  if (original.shape.length !== 1) {
    throw new InputError(file, `has shape [${original.shape.join(', ')}], expected one label an instance`);
  }
  const values = Array.from(original.data, Number);
  if (!values.every(Number.isInteger)) {
    throw new InputError(file, 'holds numbers that are no classes; export as .csv');
  }
  let leftOut = 0;
  for (const { instance, is, leaveOut } of standing.values()) {
    if (instance >= values.length) {
      throw new InputError(file, `has ${values.length} labels, none of instance ${instance}`);
    }
    if (leaveOut) leftOut++;
    const value = leaveOut ? LEFT_OUT : Number(is);
    if (!Number.isInteger(value)) {
      throw new InputError(file, `holds numbers, but the class is ${is}; export as .csv`);
    }
    values[instance] = value;
  }
  const notices =
    leftOut > 0 ? [`${pluralise(leftOut, 'instance')} left out: ${LEFT_OUT} stands for the label.`] : [];
  return { bytes: encodeNpy(asOriginal(original.type, values)), notices };
}

/** The type that the labels had, where it can hold them; else 32-bit integers. */
function asOriginal(type: string, values: readonly number[]): WritableArray {
  if (type === 'int64') return BigInt64Array.from(values, BigInt);
  if (type === 'uint8' && values.every((value) => value >= 0 && value <= 255)) return Uint8Array.from(values);
  return Int32Array.from(values);
}
