import { correctnessOf } from '../../core/diagram';
import { learningEvents, type LearningEvents } from '../../core/measures/learning';
import { neighbourDisagreement } from '../../core/measures/neighbours';
import type { Resolution } from '../../core/patterns/resolution';
import type { Snapshot } from '../../core/patterns/snapshot';
import { readSnapshot, type Run } from '../../runs/readRun';
import { analyseOne, equalArrays, type AnalysedSnapshot, type AnalysisProgress } from '../analysis/analyse';
import type { Lines } from './apdf';
import { partitionOf } from './clusters';
import { csvLine } from './csv';

/** What is known of each instance at one snapshot, and of its way there. */
export interface InstanceTable {
  analysed: AnalysedSnapshot;
  epochs: number[];
  /** Learning and forgetting up to this snapshot; absent without labels, or when the instances change. */
  events?: LearningEvents[];
  clusterSize: Int32Array;
  /** Share of the nearest neighbours in the last hidden level with another label; absent without labels or bits. */
  disagreement?: Float64Array;
}

/** Gathers the per-instance measures of a snapshot. */
export async function instanceTable(
  run: Run,
  resolution: Resolution,
  index: number,
  progress: AnalysisProgress = {},
): Promise<InstanceTable> {
  const analysed = await analyseOne(run, resolution, index, progress);
  return instanceTableOf(run, analysed, (s) => readSnapshot(run, s), progress);
}

/**
 * The same for a snapshot that is analysed already, maybe of some instances only.
 * @param snapshotAt the run's snapshots, of the same instances where they have them
 */
export async function instanceTableOf(
  run: Run,
  analysed: AnalysedSnapshot,
  snapshotAt: (index: number) => Promise<Snapshot>,
  progress: AnalysisProgress = {},
): Promise<InstanceTable> {
  const { snapshot } = analysed;
  const { clusters } = partitionOf(analysed);
  const last = snapshot.levels[snapshot.levels.length - 1].exact;
  return {
    analysed,
    epochs: run.manifest.snapshots.map(({ epoch }) => epoch),
    events: await eventsUpTo(analysed, snapshotAt, progress),
    clusterSize: clusters.of.map((cluster) => clusters.occurrences[cluster]),
    disagreement: last && snapshot.labels && neighbourDisagreement(last, snapshot.labels),
  };
}

async function eventsUpTo(
  analysed: AnalysedSnapshot,
  snapshotAt: (index: number) => Promise<Snapshot>,
  progress: AnalysisProgress,
): Promise<LearningEvents[] | undefined> {
  const { index } = analysed;
  const correct: Uint8Array[] = [];
  for (let s = 0; s <= index; s++) {
    progress.signal?.throwIfAborted();
    const snapshot = s === index ? analysed.snapshot : await snapshotAt(s);
    const right = correctnessOf(snapshot);
    if (!right || !equalArrays(snapshot.instances, analysed.snapshot.instances)) return undefined;
    correct.push(right);
  }
  return learningEvents(correct);
}

/** Column names and the values of one row. */
function columnsOf(table: InstanceTable): {
  names: string[];
  row(i: number): (string | number | undefined)[];
} {
  const { analysed, events, epochs } = table;
  const { snapshot, resolved } = analysed;
  const { labels, predicted, instances } = snapshot;
  const support = resolved.map((_, l) => `support_l${l}`);
  const learned = events ? ['learned', 'forgotten', 'wrong_snapshots'] : [];
  const list = (snapshots: number[]) => snapshots.map((s) => epochs[s]).join(' ');
  return {
    names: [
      'instance',
      ...(labels ? ['label', 'output', 'correct'] : ['output']),
      'cluster_size',
      ...support,
      ...learned,
      ...(table.disagreement ? ['neighbour_disagreement'] : []),
    ],
    row: (i) => [
      instances[i],
      ...(labels ? [labels[i], predicted[i], labels[i] === predicted[i] ? 1 : 0] : [predicted[i]]),
      table.clusterSize[i],
      ...resolved.map(({ nodes }) => nodes.occurrences[nodes.of[i]]),
      ...(events ? [list(events[i].learned), list(events[i].forgotten), events[i].wrong] : []),
      ...(table.disagreement ? [table.disagreement[i]] : []),
    ],
  };
}

/** Instances as CSV: cluster size, support per level, epochs of learning and forgetting, disagreement of neighbours. */
export function* instancesCsv(table: InstanceTable): Lines {
  const { names, row } = columnsOf(table);
  yield csvLine(names);
  for (let i = 0; i < table.clusterSize.length; i++) yield csvLine(row(i));
}

/** The same as a JSON array. */
export function* instancesJson(table: InstanceTable): Lines {
  const { names, row } = columnsOf(table);
  for (let i = 0; i < table.clusterSize.length; i++) {
    const values = row(i);
    const entry = Object.fromEntries(names.map((name, c) => [name, values[c]]));
    yield `${i === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`;
  }
  yield '\n]\n';
}
