import { isJudged } from '../../core/patterns/outcome';
import { InputError } from '../../core/errors';
import { agreement, expectedRight, LEAST_AGREEMENT } from '../../core/suspects/expectedRight';
import { neighbourLists, type NeighbourLists } from '../../core/suspects/neighbourLists';
import { neighbourVotes, type NeighbourVotes } from '../../core/suspects/neighbourVotes';
import { highestFirst, rankMean, suspicion } from '../../core/suspects/suspicion';
import { readColumns, type SnapshotColumns } from '../../runs/readColumns';
import { readSnapshot, type Run } from '../../runs/readRun';
import { classCount, equalArrays } from '../analysis/analyse';
import { takeSteps } from '../work/takeSteps';
import type { Work } from '../work/work';
import { planSuspects, type SuspectPlan } from './suspectPlan';

/** What suspects are looked for in. */
export interface SuspectQuestion {
  /** One snapshot alone; all of the run where absent. */
  snapshot?: number;
  /** Name of the split whose labels are judged; all instances where absent. */
  split?: string;
  /** Name of the split that they are compared with: that which is judged, where absent. */
  reference?: string;
}

/** What speaks against the labels of a run. Row i of every array is instance `instances[i]` of the last snapshot. */
export interface Suspects {
  instances: Int32Array;
  labels: Int32Array;
  /** Predicted class at the last snapshot. */
  predicted: Int32Array;
  /** Rows that were judged, the most suspect first. */
  order: Int32Array;
  /** From 0 to 1; see `suspicion`. */
  score: Float32Array;
  votes: NeighbourVotes;
  /** Snapshots that the run has of these instances, and their epochs. */
  epochs: number[];
  /** For each of them, 1 for each row whose prediction is its label. */
  correct: Uint8Array[];
  /** Number of those snapshots in which the prediction is wrong. */
  wrongSnapshots: Int32Array;
  /** Margin and confidence at the last snapshot, and the mean rank of score and mean margin, where the run has margins. */
  margin?: Float32Array;
  confidence?: Float32Array;
  marginScore?: Float32Array;
  plan: SuspectPlan;
  /** Of the first so many, the share that is expected to be wrong, judging by the scores alone. */
  expected: { count: number; right: number }[];
  /** Why nothing can be expected, where that is so. */
  doubt?: string;
  notices: string[];
}

/** First ones of which is told how many are expected to be right. */
const toldCounts = [10, 20, 50, 100, 200, 500, 1000];

/**
 * Looks for instances whose label their neighbours and their history contradict.
 * @throws InputError where the run has no labels, no snapshot, or no such split
 */
export async function findSuspects(run: Run, question: SuspectQuestion, work: Work): Promise<Suspects> {
  const history = await readHistory(run, question, work);
  const { columns, last, labels } = history;
  const judged = rowsOfSplit(run, last, question.split);
  const reference = rowsOfSplit(run, last, question.reference ?? question.split);
  const used = history.indices.filter((index) => isTrained(run, index, history.indices.length));
  const words = run.layers.reduce((sum, { units, bits }) => sum + bits * Math.ceil(units / 32), 0);
  const plan = planSuspects(judged.length, reference, words, used);
  const wanted = Uint8Array.from(labels, () => 0);
  for (const row of judged) wanted[row] = 1;
  const lists: NeighbourLists[] = [];
  for (const [k, index] of plan.snapshots.entries()) {
    work.onProgress?.(
      `Neighbours in snapshot ${k + 1} of ${plan.snapshots.length}`,
      k / plan.snapshots.length,
    );
    const { levels } = await readSnapshot(run, index);
    const { sample, neighbours } = plan;
    lists.push(await takeSteps(neighbourLists({ levels, sample, neighbours, wanted }), work));
  }
  const classes = classCount(run);
  const votes = neighbourVotes({ lists, sample: plan.sample, labels, classes });
  const correct = columns.map(({ predicted }) =>
    Uint8Array.from(predicted, (output, row) => (output === labels[row] ? 1 : 0)),
  );
  const score = suspicion(votes, wrongShareOf(correct, history.indices, used));
  return {
    instances: last.instances,
    labels,
    predicted: last.predicted,
    order: highestFirst(score).filter((row) => wanted[row] === 1),
    score,
    votes,
    epochs: history.indices.map((index) => run.manifest.snapshots[index].epoch),
    correct,
    wrongSnapshots: Int32Array.from(labels, (_, row) =>
      correct.reduce((sum, right) => sum + 1 - right[row], 0),
    ),
    margin: last.margin,
    confidence: last.confidence,
    marginScore: marginScoreOf(columns, score),
    plan,
    ...expectation({
      score,
      votes,
      labels,
      predicted: last.predicted,
      judged,
      counts: { classes, snapshots: used.length },
    }),
    notices: history.notices,
  };
}

interface History {
  /** Snapshots that have the instances of the last one. */
  indices: number[];
  columns: SnapshotColumns[];
  last: SnapshotColumns;
  labels: Int32Array;
  notices: string[];
}

async function readHistory(run: Run, { snapshot }: SuspectQuestion, work: Work): Promise<History> {
  const { snapshots } = run.manifest;
  const end = snapshot ?? snapshots.length - 1;
  if (end < 0) throw new InputError(run.folder, 'has no snapshots yet');
  if (!isJudged(run.manifest.output)) {
    throw new InputError(run.folder, 'has outputs that are no classes, so no label can be suspected by them');
  }
  const last = await readColumns(run, end);
  const { labels } = last;
  if (!labels) throw new InputError(run.folder, 'has no labels, so none can be suspected');
  const indices: number[] = [];
  const columns: SnapshotColumns[] = [];
  for (let index = snapshot ?? 0; index <= end; index++) {
    work.signal?.throwIfAborted();
    const read = index === end ? last : await readColumns(run, index);
    if (!equalArrays(read.instances, last.instances)) continue;
    indices.push(index);
    columns.push(read);
  }
  const left = snapshot === undefined ? snapshots.length - indices.length : 0;
  const notices =
    left > 0 ? [`${left} of ${snapshots.length} snapshots have other instances and were left out`] : [];
  return { indices, columns, last, labels, notices };
}

/** The initial network says nothing of the labels, where there are others. */
function isTrained(run: Run, index: number, count: number): boolean {
  const { epoch, step } = run.manifest.snapshots[index];
  return count === 1 || epoch > 0 || (step ?? 0) > 0;
}

function rowsOfSplit(run: Run, { instances, splits }: SnapshotColumns, name: string | undefined): Int32Array {
  const all = Int32Array.from(instances.keys());
  if (name === undefined) return all;
  const names = (run.manifest.splits ?? []).map((split) => split.name);
  const split = names.indexOf(name);
  if (split < 0 || !splits) {
    const known = names.length > 0 ? `its splits are ${names.join(', ')}` : 'it has none';
    throw new InputError(run.folder, `has no split ${name}; ${known}`);
  }
  return all.filter((row) => splits[row] === split);
}

function wrongShareOf(
  correct: readonly Uint8Array[],
  indices: readonly number[],
  used: readonly number[],
): Float32Array {
  const counted = correct.filter((_, k) => used.includes(indices[k]));
  return Float32Array.from(correct[0], (_, row) => {
    let wrong = 0;
    for (const right of counted) wrong += 1 - right[row];
    return wrong / Math.max(1, counted.length);
  });
}

function marginScoreOf(columns: readonly SnapshotColumns[], score: Float32Array): Float32Array | undefined {
  const margins = columns.map(({ margin }) => margin).filter((margin) => margin !== undefined);
  if (margins.length < columns.length) return undefined;
  const mean = score.map((_, row) => -margins.reduce((sum, margin) => sum + margin[row], 0) / margins.length);
  return rankMean(score, mean);
}

function expectation({
  score,
  votes,
  labels,
  predicted,
  judged,
  counts: { classes, snapshots },
}: {
  score: Float32Array;
  votes: NeighbourVotes;
  labels: Int32Array;
  predicted: Int32Array;
  judged: Int32Array;
  counts: { classes: number; snapshots: number };
}): Pick<Suspects, 'expected' | 'doubt'> {
  const pick = (values: Int32Array) => Int32Array.from(judged, (row) => values[row]);
  const own = pick(labels);
  const majority = Int32Array.from(judged, (row) =>
    votes.otherShare[row] > votes.own[row] ? votes.other[row] : labels[row],
  );
  const doubt =
    agreement(pick(predicted), own, classes) < LEAST_AGREEMENT
      ? 'the network has hardly learned these labels'
      : agreement(majority, own, classes) < LEAST_AGREEMENT
        ? 'neighbours hardly ever have the same label'
        : snapshots < 2
          ? 'one snapshot alone does not tell'
          : undefined;
  const counts = toldCounts.filter((count) => count <= Math.max(10, judged.length / 4));
  if (doubt !== undefined) return { expected: counts.map((count) => ({ count, right: 0 })), doubt };
  const sorted = Float32Array.from(judged, (row) => score[row])
    .sort()
    .reverse();
  const shares = expectedRight(sorted, counts);
  return { expected: counts.map((count, k) => ({ count, right: shares[k] })) };
}
