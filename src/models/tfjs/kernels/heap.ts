import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../tensorflow';

/** What a kernel is given. */
export interface KernelCall<Attributes> {
  heap: WasmHeap;
  inputs: Record<string, TensorInfo>;
  attributes: Attributes;
  /** The kernel of this name that the backend came with. */
  stock?: KernelFunc;
}

/** A kernel to register on the WebAssembly backend. */
export interface WasmKernel<Attributes> {
  /** Name that TensorFlow.js gives the kernel. */
  name: string;
  run(call: KernelCall<Attributes>): TensorInfo;
}

/** Tensors of the WebAssembly backend as memory: kernels make, read, write and free them here. All but `integers` are float32. */
export class WasmHeap {
  constructor(
    readonly tf: Tensorflow,
    private readonly backend: BackendWasm,
  ) {}

  /** A new tensor; its values are whatever the memory held. */
  make(shape: number[]): TensorInfo {
    return this.backend.makeOutput(shape, 'float32');
  }

  /** A new tensor of zeros. */
  zeros(shape: number[]): TensorInfo {
    const info = this.make(shape);
    this.values(info)[0].fill(0);
    return info;
  }

  /**
   * Part of a tensor's memory as a tensor of its own, without a copy; `forget` it before the tensor is freed.
   * @param offset in elements
   */
  part(info: TensorInfo, offset: number, shape: number[]): TensorInfo {
    const start = this.backend.getMemoryOffset(info.dataId) + offset * Float32Array.BYTES_PER_ELEMENT;
    return this.backend.makeOutput(shape, 'float32', start);
  }

  /** Ends a part; its memory is that of the tensor it belongs to. */
  forget(part: TensorInfo): void {
    const { id } = this.backend.dataIdMap.get(part.dataId);
    this.backend.wasm.tfjs.disposeData(id);
    this.backend.dataIdMap.delete(part.dataId);
  }

  /** Frees tensors that a kernel made for itself. */
  free(...infos: TensorInfo[]): void {
    for (const { dataId } of infos) this.backend.disposeData(dataId);
  }

  /** The memory of tensors. It may move whenever another tensor is made: take it anew then. */
  values(...infos: TensorInfo[]): Float32Array[] {
    // A tensor of another backend is moved here by the first look at it, which may grow the memory under the others.
    for (const { dataId } of infos) this.backend.dataIdMap.get(dataId);
    return infos.map((info) => this.backend.typedArrayFromHeap(info) as Float32Array);
  }

  /** A copy of an int32 tensor's values. */
  integers(info: TensorInfo): Int32Array {
    this.backend.dataIdMap.get(info.dataId);
    return Int32Array.from(this.backend.typedArrayFromHeap(info));
  }

  /** Runs a kernel of the backend. The result is the caller's to free. */
  run(name: string, inputs: NamedTensorInfoMap, attributes: object): TensorInfo {
    return this.call(this.tf.getKernel(name, 'wasm').kernelFunc, inputs, attributes);
  }

  /** Runs this very kernel, be it registered or not. */
  call(kernel: KernelFunc, inputs: NamedTensorInfoMap, attributes: object): TensorInfo {
    return kernel({ inputs, backend: this.backend, attrs: attributes as NamedAttrMap }) as TensorInfo;
  }
}
