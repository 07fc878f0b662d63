import type { RunInfo } from '../../src/protocol/engine';
import type { FlowScene, SceneColumn } from '../../src/protocol/scene';

/** What the engine says of a run of two levels with a snapshot of each epoch; their ids are `e0`, `e1`, …. */
export function runOf(epochs: readonly number[], change: Partial<RunInfo> = {}): RunInfo {
  return {
    folder: '/run',
    version: '1',
    name: 'run',
    classes: ['a', 'b'],
    labelled: false,
    judged: false,
    splits: [],
    layers: [
      { name: 'relu_1', activation: 'Relu', units: 4, shape: [4] },
      { name: 'relu_2', activation: 'Relu', units: 4, shape: [4] },
    ],
    snapshots: epochs.map((epoch) => ({ id: `e${epoch}`, epoch })),
    dataset: { path: 'x.npy', rows: 10, files: [], options: {} },
    ...change,
  };
}

/** A column of blocks, each of which continues one of the scene before (−1: none); nothing is in them. */
export function column(source: number, continues: number[]): SceneColumn {
  const none = new Int32Array(continues.length);
  return {
    head: { title: [], lines: [] },
    source,
    word: 'pattern',
    kind: continues.map(() => 'alone'),
    node: none,
    nodes: none,
    instances: none,
    majority: none,
    rank: none,
    offsets: new Int32Array(continues.length + 1),
    histogramClass: new Int32Array(0),
    histogramCount: new Int32Array(0),
    continues: Int32Array.from(continues),
    change: new Uint8Array(continues.length),
    mergedInto: new Int32Array(),
    coverage: 1,
  };
}

/** A flow of ten instances through columns. */
export function flowScene(...columns: SceneColumn[]): FlowScene {
  return { kind: 'flow', instances: 10, classes: [], columns, flows: [], outputs: [] };
}
