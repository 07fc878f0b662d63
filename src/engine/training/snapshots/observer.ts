import type { Snapshot } from '../../../core/patterns/snapshot';
import { batches } from '../../../data/batches';
import type { Dataset } from '../../../data/dataset';
import { noScaling } from '../../../data/scaling';
import { matchShape } from '../../../data/arrays/shape';
import type { ModelRunner } from '../../../models/runner';
import type { LayerGraph } from '../../../models/tfjs/graph/layerGraph';
import { runnerOfGraph } from '../../../models/tfjs/tfjsRunner';
import type { TensorEngine } from '../../../models/tfjs/tensorflow';
import type { TrainingSettings } from '../../../training/config/config';
import { evaluate, type Evaluation } from '../../../training/evaluate';
import type { TrainingInstances } from '../../../training/trainer';
import { takeSnapshot, USUAL_PATTERN_LIMIT } from '../../recording/takeSnapshot';
import type { BatchSource } from '../../recording/runBatches';

/** Splits whose loss and accuracy are wanted. */
export type EvaluationSets = ReadonlyMap<string, TrainingInstances>;

/** What is wanted of a network as it is at one moment. */
export interface Observation {
  epoch: number;
  /** Optimizer steps, where the moment lies within an epoch. */
  step?: number;
  snapshot: boolean;
  evaluate: boolean;
}

/** What a network showed. */
export interface Observed {
  snapshot?: Snapshot;
  evaluations: Map<string, Evaluation>;
}

/** What looks at a network under training needs to know. */
export interface ObserverSource {
  engine: TensorEngine;
  graph: LayerGraph;
  /** What snapshots are taken of; its features are in memory, as the network takes them. */
  shown: Dataset;
  sets: EvaluationSets;
  loss: TrainingSettings['loss'];
  /** File to be named in errors. */
  source: string;
}

/** Instances of one batch when patterns are taken. */
const SNAPSHOT_ROWS = 1024;

/** Takes patterns and metrics of a network. */
export class Observer {
  private readonly runner: ModelRunner;
  private readonly batches: BatchSource;

  /** @param earlier the snapshot before, from which prototypes go on */
  constructor(
    private readonly from: ObserverSource,
    private earlier?: Snapshot,
  ) {
    const { graph, engine, shown, source } = from;
    this.runner = runnerOfGraph(graph, engine, { path: source, sha256: '' });
    const arranger = matchShape(shown.features, shown.features.shape, source);
    this.batches = (dataset) =>
      batches({ dataset, arranger, scaling: noScaling, batchSize: SNAPSHOT_ROWS, double: false });
  }

  /**
   * @param breathe lets other work in after each batch
   * @throws InputError naming layer and instance of a pre-activation that is NaN or infinite
   */
  async observe(wanted: Observation, breathe?: () => Promise<void>): Promise<Observed> {
    const { engine, graph, shown, sets, loss } = this.from;
    const evaluations = new Map<string, Evaluation>();
    if (wanted.evaluate) {
      for (const [split, set] of sets) {
        evaluations.set(split, await evaluate({ engine, graph, loss, instances: set, breathe }));
      }
    }
    if (!wanted.snapshot) return { evaluations };
    const options = { patternLimit: USUAL_PATTERN_LIMIT, earlier: this.earlier, breathe };
    const snapshot = await takeSnapshot({
      runner: this.runner,
      dataset: shown,
      batches: this.batches,
      epoch: wanted.epoch,
      options,
    });
    if (wanted.step !== undefined) snapshot.step = wanted.step;
    this.earlier = snapshot;
    return { snapshot, evaluations };
  }
}
