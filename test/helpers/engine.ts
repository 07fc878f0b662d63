import path from 'node:path';
import { EngineClient, type EngineOptions } from '../../src/extension/engine/engineClient';
import type { EngineRequests } from '../../src/protocol/engine';
import type { RecordParams } from '../../src/protocol/recording';
import type { FlowScene, Scene } from '../../src/protocol/scene';
import { createEngineHandlers } from '../../src/engine/engineHandlers';
import { InstanceSet } from '../../src/engine/analysis/instanceSet';
import { initialState, type FilterStep, type ViewState } from '../../src/protocol/state';
import { epochName, fixture } from '../fixtures';

/** The built engine. */
export const ENGINE_MODULE = path.resolve('dist/engine.js');

/** Engines of one `describe`, ended after it. */
export function engines(): (options?: Partial<EngineOptions>) => EngineClient {
  const started: EngineClient[] = [];
  after(() => started.forEach((client) => client.dispose()));
  return (options = {}) => {
    const client = new EngineClient({ module: ENGINE_MODULE, ...options });
    started.push(client);
    return client;
  };
}

/** Asks the engine. */
export interface EngineRequester {
  request<K extends keyof EngineRequests>(
    method: K,
    params: EngineRequests[K]['params'],
  ): Promise<EngineRequests[K]['result']>;
}

/** An engine in this process: it answers as the one in a process of its own, and starts with nothing kept. */
export function engineHere(): EngineRequester {
  const handlers = createEngineHandlers(() => undefined);
  return {
    request: async (method, params) => structuredClone(await handlers[method](structuredClone(params), {})),
  };
}

/** Parameters that record epochs of a reference set. */
export function recordParams(set: string, epochs: readonly number[], out: string): RecordParams {
  return {
    models: epochs.map((epoch) => fixture(set, `epoch-${epochName(epoch)}.onnx`)),
    data: [fixture(set, 'x.npy')],
    labels: [fixture(set, 'y.npy')],
    backend: 'auto',
    out,
    name: set,
    force: false,
  };
}

/** Epochs 0 … last. */
export function epochsTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, epoch) => epoch);
}

/** A filter that lets these instances through. */
export function filterStep(title: string, instances: number[]): FilterStep {
  return { title, count: instances.length, instances: InstanceSet.of(instances).text };
}

/** Numbers of the instances that the engine packed for a filter. */
export function unpacked({ count, instances }: Pick<FilterStep, 'count' | 'instances'>): number[] {
  const numbers = InstanceSet.parse(instances).numbers();
  if (numbers.length !== count) throw new Error(`${numbers.length} instances, said to be ${count}`);
  return numbers;
}

/** A state that shows everything exactly. */
export function stateOf(change: Partial<ViewState> = {}): ViewState {
  return { ...initialState, resolution: 'exact', ...change };
}

/** The scene as a flow scene. */
export function asFlow(scene: Scene): FlowScene {
  if (scene.kind !== 'flow' && scene.kind !== 'time') throw new Error(`a ${scene.kind} scene`);
  return scene;
}

/** Sum of numbers. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
