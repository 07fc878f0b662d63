// All of TensorFlow.js that is used, as one program of its own (dist/tensorflow.js), which the others load when they need it:
// it is larger than all the rest, and most of the work needs none of it.
import './prodMode';

export * as core from '@tensorflow/tfjs-core';
// Registers the gradients of all operations.
export * as layers from '@tensorflow/tfjs-layers';
export * as converter from '@tensorflow/tfjs-converter';
export { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
export { version_cpu } from '@tensorflow/tfjs-backend-cpu';
