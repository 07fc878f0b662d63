import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { InputError } from '../../../core/errors';
import type { Snapshot } from '../../../core/patterns/snapshot';
import type { TrainingInstances } from '../../../training/trainer';
import { Observer, type Observation, type Observed } from './observer';
import type { ObserverAnswer, ObserverQuestion, ObserverThreadData } from './observerThread';
import type { PreparedTraining } from '../preparation/prepareTraining';

/** Looks at the network under training. */
export interface NetworkObserver {
  /** True where the training may go on while it looks. */
  readonly concurrent: boolean;
  /** @param weights of the network at this moment, in its order */
  observe(wanted: Observation, weights: Float32Array[]): Promise<Observed>;
  close(): Promise<void>;
}

/**
 * Makes an observer. On WebAssembly it works in a thread of its own, with a copy of the weights, so that the training goes
 * on meanwhile; the other backends have one state for the whole process, there the training waits.
 */
export function createObserver(
  prepared: PreparedTraining,
  sets: Map<string, TrainingInstances>,
  earlier: Snapshot | undefined,
  breathe: () => Promise<void>,
): NetworkObserver {
  const { engine, graph, shown, config, configFile } = prepared;
  const file = threadFile();
  if (engine.backend.name === 'tfjs-wasm' && file !== undefined) {
    return new ThreadObserver(file, prepared, sets, earlier);
  }
  const { loss } = config.training;
  const observer = new Observer({ engine, graph, shown, sets, loss, source: configFile }, earlier);
  return {
    concurrent: false,
    observe: (wanted) => observer.observe(wanted, breathe),
    close: () => Promise.resolve(),
  };
}

/** The program that the thread runs: that of the engine, which is beside this one or where the product is built. */
function threadFile(): string | undefined {
  const folders = [__dirname, path.join(__dirname, '..', 'dist')];
  return folders.map((folder) => path.join(folder, 'engine.js')).find((file) => existsSync(file));
}

class ThreadObserver implements NetworkObserver {
  readonly concurrent = true;
  private readonly worker: Worker;
  private readonly waiting = new Map<
    number,
    { resolve: (observed: Observed) => void; reject: (error: unknown) => void }
  >();
  private next = 0;
  private ended: Error | undefined;

  constructor(
    file: string,
    prepared: PreparedTraining,
    sets: Map<string, TrainingInstances>,
    earlier: Snapshot | undefined,
  ) {
    const { graph, features, shown, shownRows, config, configFile } = prepared;
    const { labels, splits, instances } = shown;
    const workerData: ObserverThreadData = {
      topology: graph.topology,
      source: configFile,
      values: features.values,
      shape: features.shape,
      axes: features.axes,
      count: features.count,
      rows: shownRows.length === features.count ? undefined : shownRows,
      shown: { labels, splits, instances },
      sets,
      loss: config.training.loss,
      earlier,
    };
    this.worker = new Worker(file, { workerData });
    this.worker.on('message', (answer: ObserverAnswer) => this.take(answer));
    this.worker.on('error', (error) => this.fail(error as Error));
    this.worker.on('exit', () => this.fail(new Error('the thread that takes the patterns has ended')));
  }

  observe(wanted: Observation, weights: Float32Array[]): Promise<Observed> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, weights, wanted } satisfies ObserverQuestion);
    });
  }

  private take(answer: ObserverAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('observed' in answer) return waiting?.resolve(answer.observed);
    const { input, failure } = answer;
    waiting?.reject(input ? new InputError(input.source, input.problem, input.place) : new Error(failure));
  }

  private fail(error: Error): void {
    this.ended = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
