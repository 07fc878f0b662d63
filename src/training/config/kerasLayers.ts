import type { ActivationName, InitializerName, LayerConfig } from './config';
import { windowOf, type Shape } from './shapes';

/** A layer as Keras' JSON has it: its class, and its settings by their Python names. */
export interface KerasClass {
  className: string;
  config: Record<string, unknown>;
}

/** Slopes that a `prelu` starts with. Source: He et al., Delving Deep into Rectifiers, 2015, section 2.1. */
const PRELU_START = 0.25;

const zeros = { class_name: 'Zeros', config: {} };
const ones = { class_name: 'Ones', config: {} };

const initializers: Record<InitializerName, string> = {
  glorotUniform: 'GlorotUniform',
  glorotNormal: 'GlorotNormal',
  heUniform: 'HeUniform',
  heNormal: 'HeNormal',
  zeros: 'Zeros',
};

function initializer(name: InitializerName = 'glorotUniform'): object {
  return { class_name: initializers[name], config: name === 'zeros' ? {} : { seed: null } };
}

/**
 * A layer of the configuration without the activations that are layers of their own in Keras.
 * @param input shape of what it takes
 * @param output shape of what it gives
 * @param ending activation in place of the configured one, of the last layer
 */
export function kerasLayer(layer: LayerConfig, input: Shape, output: Shape, ending?: string): KerasClass {
  const images = { data_format: 'channels_last' };
  switch (layer.type) {
    case 'dense':
      return { className: 'Dense', config: { units: layer.units, ...weighted(layer, ending) } };
    case 'conv2d': {
      const { window, stride } = windowOf(layer);
      const size = { filters: layer.filters, kernel_size: window, strides: stride, dilation_rate: [1, 1] };
      const padding = layer.padding ?? 'valid';
      return { className: 'Conv2D', config: { ...size, padding, ...images, ...weighted(layer, ending) } };
    }
    case 'maxPool2d':
    case 'averagePool2d': {
      const { window, stride } = windowOf(layer);
      const className = layer.type === 'maxPool2d' ? 'MaxPooling2D' : 'AveragePooling2D';
      const padding = layer.padding ?? 'valid';
      return { className, config: { pool_size: window, strides: stride, padding, ...images } };
    }
    case 'globalMaxPool2d':
      return { className: 'GlobalMaxPooling2D', config: images };
    case 'globalAveragePool2d':
      return { className: 'GlobalAveragePooling2D', config: images };
    case 'flatten':
      return flattening(input, output);
    case 'dropout':
      return { className: 'Dropout', config: { rate: layer.rate } };
    case 'batchNorm':
      return { className: 'BatchNormalization', config: normalisation(layer.momentum, layer.epsilon) };
    case 'activation':
      return (
        separateActivation(layer, output) ?? {
          className: 'Activation',
          config: { activation: kerasActivation(layer.activation) },
        }
      );
    case 'add':
      return { className: 'Add', config: {} };
    case 'reshape':
      return { className: 'Reshape', config: { target_shape: [...output] } };
  }
}

/** TensorFlow.js refuses to flatten what is flat already. */
function flattening(input: Shape, output: Shape): KerasClass {
  return input.length > 1
    ? { className: 'Flatten', config: {} }
    : { className: 'Reshape', config: { target_shape: [...output] } };
}

/** The activation of a layer where Keras has it as a layer only: those with a slope. */
export function separateActivation(layer: LayerConfig, output: Shape): KerasClass | undefined {
  const activation = 'activation' in layer ? layer.activation : undefined;
  if (activation === 'leakyRelu') {
    return {
      className: 'LeakyReLU',
      config: { alpha: ('slope' in layer ? layer.slope : undefined) ?? 0.01 },
    };
  }
  if (activation === 'prelu') {
    const start = { class_name: 'Constant', config: { value: PRELU_START } };
    // The units of a channel share their slope.
    const shared = output.length === 1 ? null : output.slice(1).map((_, axis) => axis + 1);
    return { className: 'PReLU', config: { alpha_initializer: start, shared_axes: shared } };
  }
  return undefined;
}

/** Settings of the layers that have weights. */
function weighted(
  layer: Extract<LayerConfig, { type: 'dense' | 'conv2d' }>,
  ending: string | undefined,
): Record<string, unknown> {
  return {
    activation: ending ?? kerasActivation(layer.activation),
    use_bias: layer.bias ?? true,
    kernel_initializer: initializer(layer.initializer),
    bias_initializer: zeros,
  };
}

function normalisation(momentum = 0.9, epsilon = 0.001): Record<string, unknown> {
  return {
    axis: -1,
    momentum,
    epsilon,
    center: true,
    scale: true,
    beta_initializer: zeros,
    gamma_initializer: ones,
    moving_mean_initializer: zeros,
    moving_variance_initializer: ones,
  };
}

/** The name that Keras has for an activation within a layer. */
function kerasActivation(name: ActivationName = 'linear'): string {
  if (name === 'leakyRelu' || name === 'prelu') return 'linear';
  return name === 'hardSigmoid' ? 'hard_sigmoid' : name;
}
