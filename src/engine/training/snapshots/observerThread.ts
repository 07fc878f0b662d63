import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../../core/errors';
import type { Snapshot } from '../../../core/patterns/snapshot';
import type { AxisOrder, Dataset, InstancePlace } from '../../../data/dataset';
import { SelectedFeatures } from '../../../data/selectInstances';
import { loadTensorflow } from '../../../models/tfjs/tfjsBackend';
import { LayerGraph } from '../../../models/tfjs/graph/layerGraph';
import type { TrainingSettings } from '../../../training/config/config';
import type { TrainingInstances } from '../../../training/trainer';
import { MemoryFeatures } from '../preparation/memoryData';
import { Observer, type Observation, type Observed } from './observer';

/** What an observer's thread is given when it starts. The numbers of all instances are shared, not copied. */
export interface ObserverThreadData {
  topology: object;
  source: string;
  values: Float32Array;
  shape: readonly number[];
  axes: AxisOrder;
  count: number;
  /** Rows of the instances that snapshots are taken of; all where it is absent. */
  rows?: Int32Array;
  shown: Pick<Dataset, 'labels' | 'splits' | 'instances'>;
  sets: Map<string, TrainingInstances>;
  loss: TrainingSettings['loss'];
  earlier?: Snapshot;
}

/** A question to the thread: the weights at the moment, and what is wanted of it. */
export interface ObserverQuestion {
  id: number;
  weights: Float32Array[];
  wanted: Observation;
}

/** Its answer. `input` tells of an InputError. */
export type ObserverAnswer =
  | { id: number; observed: Observed }
  | { id: number; failure: string; input?: { source: string; problem: string; place?: string } };

/** A place that the thread names in an error. The files are known to the thread that trains. */
const nowhere: InstancePlace = { file: 'the data' };

/** Answers questions in a thread of its own, on WebAssembly, so that the training goes on meanwhile. */
export async function serveObserver(): Promise<void> {
  const data = workerData as ObserverThreadData;
  const engine = await loadTensorflow('wasm');
  const graph = await LayerGraph.create({
    engine,
    topology: data.topology,
    weights: undefined,
    source: data.source,
  });
  const { values, shape, axes, count, rows } = data;
  const features = new MemoryFeatures(values, { shape, axes, count }, () => nowhere);
  const shown: Dataset = {
    ...data.shown,
    features: rows ? new SelectedFeatures(features, rows) : features,
    sources: [],
    notices: [],
  };
  const { sets, loss, source, earlier } = data;
  const observer = new Observer({ engine, graph, shown, sets, loss, source }, earlier);
  const port = parentPort!;
  port.on('message', ({ id, weights, wanted }: ObserverQuestion) => {
    graph.setWeights(weights);
    observer.observe(wanted).then(
      (observed) => port.postMessage({ id, observed } satisfies ObserverAnswer),
      (error: unknown) => port.postMessage(failureOf(id, error)),
    );
  });
}

function failureOf(id: number, error: unknown): ObserverAnswer {
  const failure = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InputError)) return { id, failure };
  const { source, problem, place } = error;
  return { id, failure, input: { source, problem, place } };
}
