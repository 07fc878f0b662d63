import type * as core from '@tensorflow/tfjs-core';
import type { Backend } from '../runner';

/** The part of TensorFlow.js that works with tensors. */
export type Tensorflow = typeof core;

/** Which backend computes: `auto` takes the native one where it is installed, else WebAssembly, else plain JavaScript. */
export type TensorBackendChoice = 'auto' | 'node' | 'wasm' | 'cpu';

/** TensorFlow.js with a backend that is ready. */
export interface TensorEngine {
  tf: Tensorflow;
  /** Its name is `tfjs-node`, `tfjs-wasm` or `tfjs-cpu`. */
  backend: Backend;
}
