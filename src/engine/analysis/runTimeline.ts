import path from 'node:path';
import { recordedPatterns } from '../../core/patterns/snapshot';
import { isJudged } from '../../core/patterns/outcome';
import type { RunInfo } from '../../protocol/engine';
import type { Timeline } from '../../protocol/scene';
import type { OpenedRun, RunStore } from './runStore';
import { letMessagesIn, type Work } from '../work/work';

/** What a manifest says of a run, with absolute paths. */
export async function runInfo(store: RunStore, opened: OpenedRun): Promise<RunInfo> {
  const { run } = opened;
  const { folder, manifest, layers } = run;
  const absolute = (file: string) => path.resolve(folder, file);
  const { dataset, training } = manifest;
  const first = manifest.snapshots.length > 0 ? 0 : undefined;
  // Other tools need not say so: then the first snapshot tells, once there is one.
  const labelled =
    manifest.labelled ?? (first !== undefined && (await store.snapshot(opened, first)).labels !== undefined);
  return {
    folder,
    version: opened.version,
    name: manifest.name,
    classes: manifest.classes,
    labelled,
    judged: labelled && isJudged(manifest.output),
    splits: manifest.splits?.map(({ name }) => name) ?? [],
    layers: layers.map(({ name, activation, units, shape }) => ({ name, activation, units, shape })),
    snapshots: manifest.snapshots.map(({ epoch, step, accuracy, patterns, patternCounts, model }) => ({
      id: patterns,
      epoch,
      step,
      accuracy,
      patterns: patternCounts,
      model: model && absolute(model.path),
    })),
    dataset: {
      path: absolute(dataset.path),
      rows: dataset.rows,
      files: dataset.files?.map((file) => absolute(file.path)) ?? [absolute(dataset.path)],
      options: dataset.options ?? {},
    },
    backend: manifest.backend,
    training: training && { config: absolute(training.config) },
    labelNoise: manifest.labelNoise && { ...manifest.labelNoise, path: absolute(manifest.labelNoise.path) },
  };
}

/** Patterns per level and accuracy over the snapshots. Runs whose manifest does not count them are read through. */
export async function timelineOf(store: RunStore, opened: OpenedRun, work: Work): Promise<Timeline> {
  const { manifest, layers } = opened.run;
  const counts: number[][] = [];
  for (const [s, { patternCounts }] of manifest.snapshots.entries()) {
    if (patternCounts?.length === layers.length) {
      counts.push(patternCounts);
      continue;
    }
    work.onProgress?.(`Snapshot ${s + 1} of ${manifest.snapshots.length}`, s / manifest.snapshots.length);
    const known = store.cache.remember(`${opened.key}counts ${s}`, async () =>
      recordedPatterns(await store.snapshot(opened, s)),
    );
    counts.push(await known);
    await letMessagesIn(work);
  }
  return {
    epochs: manifest.snapshots.map(({ epoch }) => epoch),
    steps: manifest.snapshots.map(({ step }) => step),
    accuracy: manifest.snapshots.map(({ accuracy }) => accuracy),
    patterns: layers.map((_, l) => counts.map((count) => count[l])),
    levels: layers.map(({ name }) => name),
  };
}
