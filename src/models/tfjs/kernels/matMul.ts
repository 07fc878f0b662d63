import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type WasmHeap, type WasmKernel } from './heap';
import { addAll } from '../../../core/lists';
import { elementCount } from '../../../core/shape';

interface MatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** From so many multiplications on, transposing first is faster than the backend's own product of transposed matrices. */
const WORTH_TRANSPOSING = 2048;

/** The matrices of a tensor transposed. */
function transposed(heap: WasmHeap, x: TensorInfo): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  addAll(perm, perm.splice(-2).reverse());
  return heap.run('Transpose', { x }, { perm });
}

/**
 * Product of matrices. The backend has a fast product (XNNPACK's) for one pair of matrices as they are, and a slow one
 * for transposed ones, which the gradients of a dense layer need: here these are transposed first.
 */
export const batchMatMul: WasmKernel<MatMulAttributes> = {
  name: 'BatchMatMul',
  run({ heap, inputs: { a, b }, attributes, stock }) {
    const { transposeA, transposeB } = attributes;
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
    const onePair = elementCount(a.shape.slice(0, -2)) === 1 && elementCount(b.shape.slice(0, -2)) === 1;
    const multiplications = elementCount(a.shape) * columns;
    if (inner > 0 && (!(transposeA || transposeB) || !onePair || multiplications < WORTH_TRANSPOSING)) {
      return heap.call(stock!, { a, b }, attributes);
    }
    if (inner === 0) return emptyProduct(heap, a, b, attributes);
    const left = transposeA ? transposed(heap, a) : a;
    const right = transposeB ? transposed(heap, b) : b;
    const product = heap.call(stock!, { a: left, b: right }, { transposeA: false, transposeB: false });
    if (transposeA) heap.free(left);
    if (transposeB) heap.free(right);
    return product;
  },
};

/** Sums of nothing: the backend would leave what the memory held. */
function emptyProduct(
  heap: WasmHeap,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: MatMulAttributes,
): TensorInfo {
  const { assertAndGetBroadcastShape } = heap.tf.broadcast_util;
  const outer = assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)];
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  return heap.zeros([...outer, rows, columns]);
}
