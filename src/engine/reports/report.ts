import { continueNodes, stayingShare } from '../../core/continuation';
import { correctnessOf, nodeClasses } from '../../core/diagram';
import { learningEvents, summariseLearning, type LearningSummary } from '../../core/measures/learning';
import { accuracyOf, measureClasses, measureNodes } from '../../core/measures/measures';
import { meanDistanceToReference, noveltyOf, type Novelty } from '../../core/measures/novelty';
import { informationGainPartition } from '../../core/partition';
import { pathsThrough } from '../../core/paths';
import type { Resolution } from '../../core/patterns/resolution';
import {
  alignInstances,
  bitChange,
  overlapIndex,
  setStability,
  type SetStability,
} from '../../core/measures/similarity';
import type { Snapshot } from '../../core/patterns/snapshot';
import { classCores, unitActivity, type ClassCore } from '../../core/patterns/units';
import { readLabelNoise } from '../../runs/readLabelNoise';
import { readSnapshot, type Run } from '../../runs/readRun';
import type { LogReport, SnapshotLog } from '../logs/logSummary';
import { reportNoise, type NoiseReport } from './noiseReport';
import { analyseRun, equalArrays, type AnalysedSnapshot, type AnalysisProgress } from '../analysis/analyse';

/** Measures of one level of one snapshot. What needs labels, bits or an earlier snapshot is absent without them. */
export interface LevelReport {
  name: string;
  activation: string;
  units: number;
  resolution: 'exact' | number;
  /** Nodes at this resolution. */
  patterns: number;
  singletons: number;
  /** Distinct exact patterns, and those of one instance. */
  exactPatterns?: number;
  exactSingletons?: number;
  entropy: number;
  entropyShare: number;
  labelEntropy?: number;
  mutualInformation?: number;
  purity?: number;
  leaveOneOut?: number;
  /** I(output; node). */
  outputInformation: number;
  /** Mean distance of the instances to their prototype, in units. */
  distance: number;
  bitChange?: number;
  stability?: { previous?: SetStability; final?: SetStability };
  overlapIndex?: number;
  dead?: number;
  alwaysOn?: number;
  live?: number;
  classCores?: ClassCore[];
  /** How the nodes go on from the snapshot before. */
  continuation?: {
    continued: number;
    split: number;
    new: number;
    merged: number;
    gone: number;
    staying: number;
  };
  /**
   * Of each split but the first against the first; `distance` is the mean Hamming distance of its instances' exact
   * patterns to the nearest of the first split's, in units, where there are not too many to compare.
   */
  novelty?: Record<string, LevelNovelty>;
}

/** Novelty of a split at one level. */
export interface LevelNovelty extends Novelty {
  distance?: number;
}

/** Measures of one snapshot. */
export interface SnapshotReport {
  epoch: number;
  step?: number;
  instances: number;
  accuracy?: number;
  /** Distinct paths through all levels: activation regions. */
  paths: number;
  levels: LevelReport[];
  clusters: {
    count: number;
    singletons: number;
    largest: number;
    /** Share of instances with the majority label of their cluster. */ purity?: number;
  };
  /** Of runs in which labels were changed on purpose. */
  labelNoise?: NoiseReport;
  /** Unseen paths of each split but the first, against the first. */
  novelty?: Record<string, Novelty>;
  /** Where the run's log has a row of it. */
  log?: SnapshotLog;
}

/** Measures of a run. */
export interface RunReport {
  name: string;
  resolution: Resolution;
  snapshots: SnapshotReport[];
  /** Learning and forgetting between snapshots; absent without labels or when the instances change. */
  learning?: LearningSummary;
  /** Of runs with a log. */
  log?: LogReport;
}

/** Computes the measures of every snapshot. */
export async function reportRun(
  run: Run,
  resolution: Resolution,
  progress: AnalysisProgress = {},
): Promise<RunReport> {
  const last = run.manifest.snapshots.length - 1;
  const final = await readSnapshot(run, last);
  const originals = await readLabelNoise(run);
  const snapshots: SnapshotReport[] = [];
  const correct: Uint8Array[] = [];
  let sameInstances = true;
  let earlier: AnalysedSnapshot | undefined;
  for await (const analysed of analyseRun(run, resolution, last, progress)) {
    const { snapshot } = analysed;
    const labelNoise = originals && reportNoise(snapshot, originals);
    snapshots.push({ ...reportSnapshot(run, analysed, earlier, final), labelNoise });
    const right = correctnessOf(snapshot);
    if (right) correct.push(right);
    sameInstances &&= equalArrays(snapshot.instances, final.instances);
    earlier = analysed;
  }
  const learning =
    sameInstances && correct.length === snapshots.length
      ? summariseLearning(learningEvents(correct))
      : undefined;
  return { name: run.manifest.name, resolution, snapshots, learning };
}

/** Computes the measures of one snapshot. */
function reportSnapshot(
  run: Run,
  analysed: AnalysedSnapshot,
  earlier: AnalysedSnapshot | undefined,
  final: Snapshot,
): SnapshotReport {
  const { snapshot, resolved } = analysed;
  const nodes = resolved.map((level) => level.nodes);
  const paths = pathsThrough(nodes);
  const right = correctnessOf(snapshot);
  return {
    epoch: snapshot.epoch,
    step: snapshot.step,
    instances: snapshot.instances.length,
    accuracy: right && accuracyOf(right),
    paths: paths.count,
    levels: resolved.map((_, l) => reportLevel({ run, analysed, l, earlier, final })),
    clusters: reportClusters(analysed),
    novelty: splitNovelty(run, snapshot, (reference, other) => noveltyOf(paths, reference, other)),
  };
}

function reportLevel({
  run,
  analysed,
  l,
  earlier,
  final,
}: {
  run: Run;
  analysed: AnalysedSnapshot;
  l: number;
  earlier: AnalysedSnapshot | undefined;
  final: Snapshot;
}): LevelReport {
  const { snapshot, diagram } = analysed;
  const resolved = analysed.resolved[l];
  const { layer, exact } = snapshot.levels[l];
  const { labels, outputs, nodes } = diagram.levels[l];
  const { patterns, singletons, entropy, entropyShare } = measureNodes(nodes);
  const onLabels = labels && measureClasses(nodes, labels);
  return {
    name: layer.name,
    activation: layer.activation,
    units: layer.units,
    resolution: resolved.resolution,
    patterns,
    singletons,
    exactPatterns: resolved.exactPatterns,
    exactSingletons: resolved.exactSingletons,
    entropy,
    entropyShare,
    labelEntropy: onLabels?.conditionalEntropy,
    mutualInformation: onLabels?.mutualInformation,
    purity: onLabels?.purity,
    leaveOneOut: onLabels?.leaveOneOut,
    outputInformation: measureClasses(nodes, outputs).mutualInformation,
    distance: resolved.distance,
    ...reportBits(analysed, l, earlier, final),
    continuation: earlier && reportContinuation(earlier, analysed, l),
    novelty: splitNovelty(run, snapshot, (reference, other) => ({
      ...noveltyOf(nodes, reference, other),
      distance: exact && meanDistanceToReference(exact, reference, other),
    })),
  };
}

/** Measures of the exact bits; none where only prototypes were kept. */
function reportBits(
  analysed: AnalysedSnapshot,
  l: number,
  earlier: AnalysedSnapshot | undefined,
  final: Snapshot,
): Partial<LevelReport> {
  const { snapshot, diagram } = analysed;
  const { layer, exact } = snapshot.levels[l];
  if (!exact) return {};
  const before = earlier?.snapshot.levels[l].exact;
  const atEnd = final.levels[l].exact;
  const { dead, alwaysOn, live } = unitActivity(exact.patterns, layer.pieces);
  const pairs = earlier && alignInstances(earlier.snapshot.instances, snapshot.instances);
  const { labels } = snapshot;
  const right = correctnessOf(snapshot);
  return {
    bitChange: before && pairs && bitChange(before, exact, pairs),
    stability: {
      previous: before && setStability(before, exact),
      final: atEnd && setStability(exact, atEnd),
    },
    overlapIndex: overlapIndex(exact),
    dead,
    alwaysOn,
    live,
    classCores:
      right &&
      labels &&
      classCores({
        patterns: exact.patterns,
        of: exact.of,
        labels,
        correct: right,
        classes: diagram.classes,
      }),
  };
}

function reportContinuation(earlier: AnalysedSnapshot, later: AnalysedSnapshot, l: number) {
  if (!equalArrays(earlier.snapshot.instances, later.snapshot.instances)) return undefined;
  const before = earlier.resolved[l].nodes;
  const now = later.resolved[l].nodes;
  const { kind, fate } = continueNodes(before, now);
  const kinds = (name: string) => kind.filter((k) => k === name).length;
  const fates = (name: string) => fate.filter((f) => f === name).length;
  return {
    continued: kinds('continued'),
    split: kinds('split'),
    new: kinds('new'),
    merged: fates('merged'),
    gone: fates('gone'),
    staying: stayingShare(before, now),
  };
}

function reportClusters({ snapshot, resolved, diagram }: AnalysedSnapshot): SnapshotReport['clusters'] {
  const { clusters } = informationGainPartition(
    resolved.map((level) => level.nodes),
    snapshot.predicted,
    diagram.classes,
  );
  const { labels } = snapshot;
  const { patterns: count, singletons } = measureNodes(clusters);
  return {
    count,
    singletons,
    largest: clusters.occurrences[0],
    purity: labels && measureClasses(clusters, nodeClasses(clusters, labels, diagram.classes)).purity,
  };
}

/** A measure of every split but the first against the first; undefined when there are no splits to compare. */
function splitNovelty<T>(
  run: Run,
  snapshot: Snapshot,
  measure: (isReference: Uint8Array, isOther: Uint8Array) => T,
): Record<string, T> | undefined {
  const { splits } = snapshot;
  const names = run.manifest.splits?.map((split) => split.name) ?? [];
  if (!splits || names.length < 2) return undefined;
  const isIn = (split: number) => splits.map((s) => (s === split ? 1 : 0));
  const reference = isIn(0);
  return Object.fromEntries(names.slice(1).map((name, i) => [name, measure(reference, isIn(i + 1))]));
}
