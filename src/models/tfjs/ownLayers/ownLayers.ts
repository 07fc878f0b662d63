import type { LayersLibrary } from '../library';
import type { Tensorflow } from '../tensorflow';
import { registerNormalisingLayers } from './normalisingLayers';
import { registerPlainLayers } from './plainLayers';
import { registerSubtract } from './subtractLayer';

let registered = false;

/** Makes TensorFlow.js know the layers of Keras that it has not, or computes otherwise. */
export function registerOwnLayers(tf: Tensorflow, library: LayersLibrary): void {
  if (registered) return;
  registered = true;
  registerPlainLayers(tf, library);
  registerNormalisingLayers(tf, library);
  registerSubtract(tf, library);
}
