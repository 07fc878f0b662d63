import path from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { InputError } from '../core/errors';
import { sha256 } from '../data/files/checksum';
import { readTextIfThere } from '../data/files/fileAccess';
import { writeFileAtomically } from './atomic';
import { documentReader } from './jsonDocument';
import { takeLock } from './lock';
import { readColumns } from './readColumns';
import { checkHasSnapshots, type Run } from './readRun';

/** Decisions about the labels of a run, in its folder. */
export const LABELS_NAME = 'apd-labels.json';
const LOCK_NAME = 'apd-labels.lock';
/** Largest file that is read, in bytes. */
const LARGEST = 256 * 1024 ** 2;
/** Milliseconds that another writer is waited for, and between two looks. */
const PATIENCE_MS = 5000;
const LOOK_AGAIN_MS = 50;

const decision = Type.Object({
  instance: Type.Integer({ minimum: 0 }),
  /** Name of the class it had before. */
  was: Type.String(),
  /** Name of the class it has from now on; that of `was` where it was kept. Absent where it is left out or taken back. */
  is: Type.Optional(Type.String()),
  leaveOut: Type.Optional(Type.Literal(true)),
  /** Takes back the last decision about the instance that was not taken back. */
  undo: Type.Optional(Type.Literal(true)),
  why: Type.Optional(Type.String()),
  /** How suspect it was when it was decided on. */
  score: Type.Optional(Type.Number()),
  /** ISO 8601, UTC. */
  when: Type.String(),
});

const schema = Type.Object({
  formatVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Number of decisions: two readers of the same number have read the same. */
  revision: Type.Integer({ minimum: 0 }),
  /** Checksum of the labels that the decisions are about; see `baseOfLabels`. */
  base: Type.String(),
  decisions: Type.Array(decision),
});

export type LabelDecision = Static<typeof decision>;
/** The file: decisions are only ever added to it. */
export type LabelDecisions = Static<typeof schema>;

const parse = documentReader({ schema, version: 1 });

/** Reads the decisions of a run; nothing where there is no such file. @throws InputError where it is damaged */
export async function readDecisions(folder: string): Promise<LabelDecisions | undefined> {
  const file = path.join(folder, LABELS_NAME);
  const text = await readTextIfThere(file, LARGEST);
  return text === undefined ? undefined : parse(text, file);
}

/** What holds now: for each instance the last decision that was not taken back. */
export function standingDecisions(decisions: readonly LabelDecision[]): Map<number, LabelDecision> {
  const stacks = new Map<number, LabelDecision[]>();
  for (const each of decisions) {
    const stack = stacks.get(each.instance) ?? [];
    if (each.undo) stack.pop();
    else stack.push(each);
    stacks.set(each.instance, stack);
  }
  const standing = new Map<number, LabelDecision>();
  for (const [instance, stack] of stacks) {
    const last = stack.at(-1);
    if (last) standing.set(instance, last);
  }
  return standing;
}

/** Labels of a run as its newest snapshot has them. */
export interface RunLabels {
  instances: Int32Array;
  /** Class of each. */
  labels: Int32Array;
  /** Names of the classes. */
  classes: readonly string[];
  base: string;
}

/** @throws InputError where the run has no snapshot, or no labels that are classes */
export async function labelsOfRun(run: Run): Promise<RunLabels> {
  checkHasSnapshots(run);
  const { snapshots, classes, labelBins } = run.manifest;
  const { instances, labels } = await readColumns(run, snapshots.length - 1);
  if (!labels) throw new InputError(run.folder, 'has no labels, so none can be decided on');
  if (labelBins) throw new InputError(run.folder, 'has numbers for labels, expected classes to decide on');
  return { instances, labels, classes, base: baseOfLabels(instances, labels) };
}

/** SHA-256 of the instances and their classes, little-endian 32-bit integers, one array behind the other. */
function baseOfLabels(instances: Int32Array, labels: Int32Array): string {
  const bytes = (values: Int32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return sha256(Buffer.concat([bytes(instances), bytes(labels)]));
}

/**
 * Adds decisions to those of a run. Others that add at the same time, in this process or another, lose nothing: each
 * reads what is there once it has the lock.
 * @throws InputError where the decisions there are about other labels, or cannot be written
 */
export async function addDecisions(
  run: Run,
  base: string,
  added: readonly LabelDecision[],
): Promise<LabelDecisions> {
  const file = path.join(run.folder, LABELS_NAME);
  const lock = await waitForLock(path.join(run.folder, LOCK_NAME), file);
  try {
    const before = await readDecisions(run.folder);
    if (before && before.base !== base && before.decisions.length > 0) {
      throw new InputError(file, 'is about other labels than the run has now; move it away to begin anew');
    }
    const decisions = [...(before?.decisions ?? []), ...added];
    const after = { ...before, formatVersion: 1, revision: decisions.length, base, decisions };
    await writeFileAtomically(file, `${JSON.stringify(after, undefined, 1)}\n`);
    return after;
  } finally {
    await lock.release();
  }
}

/** Writing takes milliseconds: who has the lock is waited for. */
async function waitForLock(lockFile: string, file: string) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await takeLock({
        file: lockFile,
        task: 'labels',
        taken: ({ pid, host }) =>
          new InputError(file, `is being written by process ${pid} on ${host}; try again`),
      });
    } catch (error) {
      if (!(error instanceof InputError) || Date.now() > end) throw error;
      await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
