import { ExactRecorder } from '../../core/patterns/levelRecorder';
import type { PackedPatterns } from '../../core/patterns/packing';
import { prototypeSteps } from '../../core/prototypes/fit';
import { USUAL_PROTOTYPES } from '../../core/patterns/resolution';
import type { Layer } from '../../core/patterns/snapshot';
import type { Dataset } from '../../data/dataset';
import { SelectedFeatures } from '../../data/selectInstances';
import type { ModelRunner } from '../../models/runner';
import { takeSteps } from '../work/takeSteps';
import { runBatches, type BatchSource } from './runBatches';
import type { SnapshotOptions } from './snapshotOptions';

/** Instances that the prototypes of a level are fitted on when its patterns cannot all be kept. */
const FITTED_INSTANCES = 8192;

/** What fitting prototypes before the main pass needs. */
export interface CoarsePrototypesInput {
  runner: ModelRunner;
  dataset: Dataset;
  batches: BatchSource;
  layers: Layer[];
  options: SnapshotOptions;
}

/**
 * Prototypes of a layer whose patterns pass the limit: the model runs once over instances spread evenly over the dataset,
 * and the prototypes are fitted on those. They go on from the snapshot before.
 */
export async function fitCoarsePrototypes(start: CoarsePrototypesInput, l: number): Promise<PackedPatterns> {
  const { runner, dataset, batches, layers, options } = start;
  const all = dataset.instances.length;
  const count = Math.min(all, FITTED_INSTANCES);
  const rows = Int32Array.from({ length: count }, (_, k) => Math.floor((k * all) / count));
  const part: Dataset = { ...dataset, features: new SelectedFeatures(dataset.features, rows) };
  const recorder = new ExactRecorder(layers[l], runner.layers[l].breakpoints, count);
  for await (const { batch, result } of runBatches(runner, batches(part), options.signal)) {
    // A value that is not finite is met again, and told, in the main pass.
    recorder.add(result.taps[l], batch.from, batch.rows);
  }
  const level = recorder.finish().exact!;
  const before = options.earlier?.levels[l].coarse;
  const goesOn = before?.modes.count === Math.min(USUAL_PROTOTYPES, level.count);
  const steps = prototypeSteps(level.patterns, level.occurrences, USUAL_PROTOTYPES, {
    start: goesOn
      ? {
          instancePattern: level.of,
          instancePrototype: rows.map((row) => before.of[row]),
          count: before.modes.count,
        }
      : undefined,
  });
  return (await takeSteps(steps, { signal: options.signal })).modes;
}
