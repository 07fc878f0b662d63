import {
  inTrainingOrder,
  numbersOfCheckpoint,
  type Checkpoint,
  type CheckpointNumbers,
} from '../../runs/checkpoints/checkpointName';
import type { RowReference } from '../../runs/links';
import { joinEpochs, type EpochJoin } from './epochJoin';
import { RowIndex, type FoundRow, type MatchableLog } from './rowIndex';

/** What a user set right. */
export interface MatchCorrections {
  /** Rows of checkpoints by their names; null for a checkpoint that belongs to none. */
  rows?: ReadonlyMap<string, RowReference | null>;
  /** Added to the epoch of a name to give that of the log, instead of what was found out. */
  epochShift?: number;
}

/** A checkpoint and the row of the log that tells of its moment. */
export interface CheckpointMatch {
  checkpoint: number;
  /** Index of the row; where an epoch has several, of its last. */
  row: number;
  reason: string;
  byHand: boolean;
}

/** What was found to belong together, all as indices into what was given. */
export interface CheckpointMatches {
  /** All checkpoints in the order of the training. */
  order: number[];
  /** In the order of the training. */
  matches: CheckpointMatch[];
  unmatchedCheckpoints: { checkpoint: number; reason: string }[];
  /** Last rows of epochs without checkpoint; in logs without epochs, rows of steps without. */
  unmatchedRows: { row: number; reason: string }[];
  /** How epochs of names and log were brought together. */
  join: EpochJoin;
}

/**
 * Finds the row of a log for each checkpoint: by hand where a user said so, else by epoch, else by step, else by order where
 * there are as many checkpoints without numbers as epochs.
 */
export function matchCheckpoints(
  log: MatchableLog,
  checkpoints: readonly Checkpoint[],
  corrections: MatchCorrections = {},
): CheckpointMatches {
  const index = new RowIndex(log);
  const numbers = asLogCounts(checkpoints.map(numbersOfCheckpoint), index);
  const { epochShift } = corrections;
  const join =
    epochShift === undefined
      ? joinEpochs(index.firstEpoch, numbers)
      : { shift: epochShift, reason: `epochs of checkpoints are shifted by ${epochShift}, as set by hand` };
  const order = inTrainingOrder(checkpoints);
  const result: CheckpointMatches = {
    order,
    matches: [],
    unmatchedCheckpoints: [],
    unmatchedRows: [],
    join,
  };
  const perEpoch = countPerEpoch(numbers);
  const byOrder = rowsByOrder(numbers, order, index);
  for (const checkpoint of order) {
    const reference = corrections.rows?.get(checkpoints[checkpoint].name);
    const found =
      reference === undefined
        ? findByNumbers(numbers[checkpoint], { index, join, perEpoch, byOrder: byOrder.get(checkpoint) })
        : findByHand(reference, log, index);
    if (typeof found === 'string') result.unmatchedCheckpoints.push({ checkpoint, reason: found });
    else result.matches.push({ checkpoint, ...found, byHand: reference !== undefined });
  }
  result.unmatchedRows = findUnmatchedRows(log, index, result.matches);
  return result;
}

/**
 * Numbers that may be of epochs or steps, as the log counts: a bare number is of a step where the log has steps and epochs do
 * not go that far; `checkpoint-3` is of an epoch where the log has epochs that go that far, and no steps at all.
 */
function asLogCounts(names: CheckpointNumbers[], index: RowIndex): CheckpointNumbers[] {
  const largest = (naming: CheckpointNumbers['naming']) =>
    names.reduce(
      (most, name) => (name.naming === naming ? Math.max(most, name.epoch ?? name.step!) : most),
      0,
    );
  const epochs = index.lastEpoch === undefined ? -1 : index.lastEpoch + 1;
  const toSteps = index.hasSteps && largest('number') > epochs;
  const toEpochs = index.hasEpochs && !index.hasSteps && largest('huggingface') <= epochs;
  return names.map((name): CheckpointNumbers => {
    if (toSteps && name.naming === 'number') return { naming: 'step', step: name.epoch };
    return toEpochs && name.naming === 'huggingface' ? { naming: 'number', epoch: name.step } : name;
  });
}

function countPerEpoch(names: CheckpointNumbers[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { epoch } of names) {
    if (epoch !== undefined) counts.set(epoch, (counts.get(epoch) ?? 0) + 1);
  }
  return counts;
}

/**
 * Rows of checkpoints without any number but a time, or with steps where the log has none: where there is one for each epoch
 * (or row, in logs without).
 */
function rowsByOrder(names: CheckpointNumbers[], order: number[], index: RowIndex): Map<number, number> {
  const rows = index.hasEpochs ? [...index.epochs.values()].map((of) => of.at(-1)!) : index.steps;
  const hasOrderOnly = ({ epoch, step }: CheckpointNumbers) =>
    epoch === undefined && (step === undefined || !index.hasSteps);
  const fits = names.length === rows.length && names.every(hasOrderOnly);
  return new Map(fits ? order.map((checkpoint, position) => [checkpoint, rows[position]]) : []);
}

function findByNumbers(
  { epoch, step }: CheckpointNumbers,
  {
    index,
    join,
    perEpoch,
    byOrder,
  }: { index: RowIndex; join: EpochJoin; perEpoch: Map<number, number>; byOrder: number | undefined },
): FoundRow | string {
  if (epoch !== undefined && index.hasEpochs) {
    // A step only tells checkpoints of one epoch apart: tools differ in when they count it.
    const within = perEpoch.get(epoch)! > 1 ? step : undefined;
    return findByEpoch(epoch, join, index, within);
  }
  if (byOrder !== undefined) {
    const why = step === undefined ? 'its name tells neither epoch nor step' : 'the log tells no steps';
    return { row: byOrder, reason: `by order: ${why}` };
  }
  if (step !== undefined) return index.findStep(step);
  if (epoch !== undefined) return 'the log tells no epochs';
  return 'its name tells neither epoch nor step';
}

function findByEpoch(
  epoch: number,
  { shift }: EpochJoin,
  index: RowIndex,
  step: number | undefined,
): FoundRow | string {
  const logged = epoch + shift;
  const row = index.findEpoch(logged, step);
  const called = shift === 0 ? `epoch ${logged}` : `epoch ${epoch}, which the log counts as ${logged}`;
  if (row === undefined) return missingEpoch(logged, called, index);
  const attempts = index.attemptsOf(logged);
  const again = attempts > 1 ? `; the log goes through it ${attempts} times, this is the last` : '';
  const upTo = step === undefined ? '' : ` up to step ${step}`;
  const sure = index.stepsAreEpochs ? ' (the steps of the log count epochs)' : '';
  return { row, reason: `${called}${upTo}${sure}${again}` };
}

function missingEpoch(logged: number, called: string, index: RowIndex): string {
  if (logged > index.lastEpoch!) return `${called}: the log ends at epoch ${index.lastEpoch}`;
  const lowest = index.firstEpoch ?? 0;
  return logged < lowest
    ? `${called}: before the log's first row, so the network before training`
    : `${called}: the log has no row of it`;
}

function findByHand(reference: RowReference | null, log: MatchableLog, index: RowIndex): FoundRow | string {
  if (reference === null) return 'set by hand to belong to no row';
  const { line, epoch, step } = reference;
  const reason = 'set by hand';
  if (line !== undefined) {
    const row = log.rows.findIndex(
      ({ place }) => place.line !== undefined && place.line <= line && line <= (place.endLine ?? place.line),
    );
    if (row >= 0) return { row, reason };
  }
  if (epoch !== undefined) {
    const row = index.findEpoch(epoch, step);
    if (row !== undefined) return { row, reason };
  }
  const exact = step === undefined ? -1 : log.rows.findLastIndex((row) => row.step === step);
  if (exact >= 0) return { row: exact, reason };
  const wanted = [
    ['line', line],
    ['epoch', epoch],
    ['step', step],
  ].filter(([, value]) => value !== undefined);
  const text = wanted.map(([name, value]) => `${name} ${value}`).join(', ');
  return `set by hand to ${text || 'nothing'}, which the log does not have`;
}

function findUnmatchedRows(
  log: MatchableLog,
  index: RowIndex,
  matches: CheckpointMatch[],
): { row: number; reason: string }[] {
  const matched = new Set(matches.map(({ row }) => row));
  if (!index.hasEpochs) {
    return index.steps
      .filter((row) => !matched.has(row))
      .map((row) => ({ row, reason: `no checkpoint of step ${log.rows[row].step}` }));
  }
  const epochs = new Set([...matched].map((row) => index.epochOf(row)));
  return [...index.epochs]
    .filter(([epoch]) => !epochs.has(epoch))
    .map(([epoch, rows]) => ({ row: rows.at(-1)!, reason: `no checkpoint of epoch ${epoch}` }));
}
