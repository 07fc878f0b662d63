import type { Tensor } from '@tensorflow/tfjs-core';
import type { BatchShape, LayersLibrary } from '../library';
import type { Tensorflow } from '../tensorflow';

/** Makes TensorFlow.js know the difference of two tensors. */
export function registerSubtract(tf: Tensorflow, library: LayersLibrary): void {
  class Subtract extends library.layers.Layer {
    static readonly className = 'Subtract';
    override call(inputs: Tensor | Tensor[]): Tensor {
      const [first, second] = inputs as Tensor[];
      return tf.sub(first, second);
    }
    override computeOutputShape(shapes: BatchShape | BatchShape[]): BatchShape {
      const [first, second] = shapes as BatchShape[];
      if (!Array.isArray(first) || !Array.isArray(second) || first.length !== second.length) {
        throw new Error('Subtract takes two tensors of equally many axes');
      }
      return first.map((size, axis) => (size === 1 ? second[axis] : size));
    }
  }
  tf.serialization.registerClass(Subtract);
}
