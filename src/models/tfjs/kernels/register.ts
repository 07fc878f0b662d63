import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../tensorflow';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwiseGradient';
import { conv2dBackpropFilter } from './filterGradient';
import { WasmHeap, type WasmKernel } from './heap';
import { conv2dBackpropInput } from './inputGradient';
import { batchMatMul } from './matMul';
import { maxPoolGradient } from './poolGradient';
import { unsortedSegmentSum } from './segmentSum';

let registered = false;

/** Registers one kernel in place of the backend's own, if it has one. */
function register<Attributes>(tf: Tensorflow, kernel: WasmKernel<Attributes>): void {
  const stock = tf.getKernel(kernel.name, 'wasm') as KernelConfig | undefined;
  if (stock) tf.unregisterKernel(kernel.name, 'wasm');
  let heap: WasmHeap | undefined;
  tf.registerKernel({
    ...stock,
    kernelName: kernel.name,
    backendName: 'wasm',
    kernelFunc({ inputs, attrs, backend }) {
      heap ??= new WasmHeap(tf, backend as BackendWasm);
      return kernel.run({
        heap,
        inputs: inputs as Record<string, NonNullable<(typeof inputs)[string]>>,
        attributes: attrs as Attributes,
        stock: stock?.kernelFunc,
      });
    },
  });
}

/** Registers kernels on the WebAssembly backend, which must have been imported: those it lacks, and faster ones. */
export function registerWasmKernels(tf: Tensorflow): void {
  if (registered) return;
  registered = true;
  register(tf, batchMatMul);
  register(tf, conv2dBackpropFilter);
  register(tf, conv2dBackpropInput);
  register(tf, maxPoolGradient);
  register(tf, depthwiseBackpropFilter);
  register(tf, depthwiseBackpropInput);
  register(tf, unsortedSegmentSum);
}
