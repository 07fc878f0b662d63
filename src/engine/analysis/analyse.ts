import { buildDiagram, type Diagram } from '../../core/diagram';
import { InputError } from '../../core/errors';
import { resolveLevel, type Resolution, type ResolvedLevel } from '../../core/patterns/resolution';
import type { Snapshot } from '../../core/patterns/snapshot';
import { readSnapshot, type Run } from '../../runs/readRun';
import { wordedFor } from '../../core/audience';

/** A snapshot at the resolution that was asked for. */
export interface AnalysedSnapshot {
  /** Its index in the run. */
  index: number;
  snapshot: Snapshot;
  /** The hidden levels as they are shown. */
  resolved: ResolvedLevel[];
  diagram: Diagram;
}

/** Told between snapshots. */
export interface AnalysisProgress {
  onSnapshot?: (done: number, all: number) => void;
  signal?: AbortSignal;
}

/** Number of classes that outputs and labels of a run are counted over. */
export function classCount(run: Run): number {
  return Math.max(1, run.manifest.classes.length);
}

/** Resolves a snapshot; prototypes go on from the one before, when there is one. */
export function analyseSnapshot({
  run,
  index,
  snapshot,
  resolution,
  earlier,
}: {
  run: Run;
  index: number;
  snapshot: Snapshot;
  resolution: Resolution;
  earlier?: AnalysedSnapshot;
}): AnalysedSnapshot {
  const sameInstances = earlier !== undefined && equalArrays(earlier.snapshot.instances, snapshot.instances);
  const resolved = snapshot.levels.map((level, l) =>
    resolveLevel(level, resolution, sameInstances ? earlier.resolved[l] : undefined),
  );
  const diagram = buildDiagram({
    levels: resolved.map((level) => level.nodes),
    predicted: snapshot.predicted,
    outcome: snapshot.outcome,
    labels: snapshot.labels,
    classes: classCount(run),
  });
  return { index, snapshot, resolved, diagram };
}

/** All snapshots of a run up to one, in order: each goes on from the one before. */
export async function* analyseRun(
  run: Run,
  resolution: Resolution,
  last: number,
  progress: AnalysisProgress = {},
): AsyncGenerator<AnalysedSnapshot> {
  let earlier: AnalysedSnapshot | undefined;
  for (let index = 0; index <= last; index++) {
    progress.signal?.throwIfAborted();
    const analysed = analyseSnapshot({
      run,
      index,
      snapshot: await readSnapshot(run, index),
      resolution,
      earlier,
    });
    progress.onSnapshot?.(index + 1, last + 1);
    yield analysed;
    earlier = analysed;
  }
}

/**
 * One snapshot of a run. Where a level shows prototypes they are those that the run's earlier snapshots lead to, so
 * that every command names the same ones; where all levels are exact the earlier snapshots are not read.
 */
export async function analyseOne(
  run: Run,
  resolution: Resolution,
  index: number,
  progress: AnalysisProgress = {},
): Promise<AnalysedSnapshot> {
  const alone = analyseSnapshot({ run, index, snapshot: await readSnapshot(run, index), resolution });
  if (index === 0 || alone.resolved.every((level) => level.resolution === 'exact')) return alone;
  let analysed = alone;
  for await (analysed of analyseRun(run, resolution, index, progress));
  return analysed;
}

/** Resolution as the user wrote it. @throws InputError */
export function parseResolution(text: string): Resolution {
  if (text === 'auto' || text === 'exact') return text;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 2 && count <= 1024) return count;
  throw new InputError(
    wordedFor({ commandLine: '--resolution', window: 'resolution' }),
    `is '${text}', expected auto, exact, or a number of prototypes from 2 to 1024`,
  );
}

/** Whether two arrays of numbers are the same. */
export function equalArrays(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}
