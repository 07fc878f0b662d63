import assert from 'node:assert/strict';
import fc from 'fast-check';
import type * as Layers from '@tensorflow/tfjs-layers';
import type { LayerConfig } from '../../../../src/training/config/config';
import { ConfigError } from '../../../../src/training/config/configError';
import { networkTopology } from '../../../../src/training/config/topology';

type Loss = 'crossEntropy' | 'binaryCrossEntropy';
type KerasLayer = { name: string; class_name: string; config: Record<string, unknown> };

const relu = { activation: 'relu' } as const;
const output: LayerConfig = { type: 'dense', units: 3 };

function build(layers: LayerConfig[], shape: number[], classes = 3, loss: Loss = 'crossEntropy') {
  return networkTopology({ layers, features: { shape }, classes, loss });
}

function layersOf(topology: object): KerasLayer[] {
  return (topology as { config: { layers: KerasLayer[] } }).config.layers;
}

/** Pointer and problem of the error that a network gives. */
function refused(layers: LayerConfig[], shape: number[], classes = 3, loss: Loss = 'crossEntropy'): string {
  try {
    build(layers, shape, classes, loss);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return `${error.pointer} ${error.problem}`;
  }
  throw new assert.AssertionError({ message: 'the network was accepted' });
}

describe('network of a training configuration', () => {
  let tf: typeof Layers;
  before(async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    tf = await import('@tensorflow/tfjs-layers');
  });

  /** The model that stock TensorFlow.js makes of a topology. */
  const instantiate = async (topology: object) =>
    tf.loadLayersModel({ load: () => Promise.resolve({ modelTopology: topology }) }, { strict: false });

  const shapeOf = (layer: Layers.layers.Layer) => (layer.outputShape as (number | null)[]).slice(1);

  it('has every layer with its settings, and softmax at its end', async () => {
    const layers: LayerConfig[] = [
      {
        type: 'conv2d',
        name: 'edges',
        filters: 4,
        kernel: [3, 2],
        stride: 2,
        padding: 'same',
        bias: false,
        ...relu,
      },
      { type: 'batchNorm', momentum: 0.8, epsilon: 0.01 },
      { type: 'activation', activation: 'relu6' },
      { type: 'conv2d', name: 'same', filters: 4, kernel: 3, padding: 'same', activation: 'prelu' },
      { type: 'add', with: 'edges' },
      { type: 'averagePool2d', size: 2, stride: 1 },
      { type: 'globalMaxPool2d' },
      { type: 'dropout', rate: 0.25 },
      { type: 'dense', units: 5, initializer: 'heNormal', activation: 'leakyRelu', slope: 0.3 },
      output,
    ];
    const { topology, layerPointers, layerShapes } = build(layers, [9, 8, 2]);
    const model = await instantiate(topology);
    assert.deepEqual(
      model.layers.map((layer) => [layer.name, layer.getClassName(), ...shapeOf(layer)]),
      [
        ['input', 'InputLayer', 9, 8, 2],
        ['edges', 'Conv2D', 5, 4, 4],
        ['batchNorm_2', 'BatchNormalization', 5, 4, 4],
        ['activation_3', 'Activation', 5, 4, 4],
        ['same', 'Conv2D', 5, 4, 4],
        ['same_activation', 'PReLU', 5, 4, 4],
        ['add_5', 'Add', 5, 4, 4],
        ['averagePool2d_6', 'AveragePooling2D', 4, 3, 4],
        ['globalMaxPool2d_7', 'GlobalMaxPooling2D', 4],
        ['dropout_8', 'Dropout', 4],
        ['dense_9', 'Dense', 5],
        ['dense_9_activation', 'LeakyReLU', 5],
        ['dense_10', 'Dense', 3],
      ],
    );
    assert.deepEqual(
      [...layerShapes.keys()],
      model.layers.map(({ name }) => name),
    );
    assert.equal(layerPointers.get('same_activation'), '/model/layers/3');
    assert.equal(layerPointers.get('dense_10'), '/model/layers/9');
    const configs = new Map(model.layers.map((layer) => [layer.name, layer.getConfig()]));
    assert.equal(configs.get('edges')?.useBias, false);
    assert.equal(configs.get('batchNorm_2')?.momentum, 0.8);
    assert.equal(configs.get('dropout_8')?.rate, 0.25);
    assert.equal(configs.get('dense_9_activation')?.alpha, 0.3);
    assert.deepEqual(configs.get('same_activation')?.sharedAxes, [1, 2]);
    assert.equal(configs.get('dense_10')?.activation, 'softmax');
    const dense = layersOf(topology).find(({ name }) => name === 'dense_9');
    assert.deepEqual(dense?.config.kernel_initializer, { class_name: 'HeNormal', config: { seed: null } });
  });

  it('ends in one sigmoid with binary cross-entropy', () => {
    const { topology } = build(
      [
        { type: 'dense', units: 4, ...relu },
        { type: 'dense', units: 1 },
      ],
      [2],
      2,
      'binaryCrossEntropy',
    );
    assert.equal(layersOf(topology).at(-1)?.config.activation, 'sigmoid');
  });

  it('flattens before dense layers and gives images a channel, and says of which layer that comes', () => {
    const { topology, layerPointers, layerShapes } = build(
      [{ type: 'dropout', rate: 0.1 }, { type: 'maxPool2d' }, output],
      [6, 4],
    );
    assert.deepEqual(
      layersOf(topology).map(({ name, class_name: kind }) => [
        name,
        kind,
        layerPointers.get(name),
        layerShapes.get(name),
      ]),
      [
        ['input', 'InputLayer', '/model', [6, 4]],
        ['dropout_1', 'Dropout', '/model/layers/0', [6, 4]],
        ['maxPool2d_2_channel', 'Reshape', '/model/layers/1', [6, 4, 1]],
        ['maxPool2d_2', 'MaxPooling2D', '/model/layers/1', [3, 2, 1]],
        ['dense_3_flatten', 'Flatten', '/model/layers/2', [6]],
        ['dense_3', 'Dense', '/model/layers/2', [3]],
      ],
    );
  });

  it('takes images with their channels last', () => {
    const input = (shape: number[], axes: 'CHW' | 'HWC', layers: LayerConfig[]) =>
      networkTopology({
        layers,
        features: { shape, axes },
        classes: 3,
        loss: 'crossEntropy',
      }).layerShapes.get('input');
    assert.deepEqual(input([3, 5, 6], 'CHW', [output]), [5, 6, 3]);
    assert.deepEqual(input([5, 6, 3], 'HWC', [output]), [5, 6, 3]);
    const image: LayerConfig = { type: 'reshape', shape: [5, 6, 3] };
    assert.deepEqual(input([90], 'CHW', [image, output]), [5, 6, 3], 'flat instances that are images');
    assert.deepEqual(input([90], 'CHW', [output]), [90]);
  });

  it('keeps generated names apart from given ones', () => {
    const { layerPointers } = build(
      [{ type: 'dense', units: 3, ...relu, name: 'dense_2' }, { type: 'dense', units: 3, ...relu }, output],
      [2],
    );
    assert.deepEqual([...layerPointers.keys()], ['input', 'dense_2', 'dense_2_', 'dense_3']);
  });

  it('is refused at the value that is wrong', () => {
    const conv = (kernel: number | [number, number], filters = 2): LayerConfig => ({
      type: 'conv2d',
      filters,
      kernel,
    });
    const cases: [RegExp, string][] = [
      [
        /^\/model\/layers\/0\/units the network ends in 7 units, expected 3, one a class$/,
        refused([{ type: 'dense', units: 7 }], [4]),
      ],
      [
        /^\/model\/layers\/0 `conv2d` takes images .*found 16; put a `reshape`/,
        refused([conv(3), output], [16]),
      ],
      [
        /^\/model\/layers\/0\/kernel the window of 3×5 is larger than the image of 4×4/,
        refused([conv([3, 5]), output], [4, 4]),
      ],
      [
        /^\/model\/layers\/1\/size the window of 2×2 is larger than the image of 1×1/,
        refused([conv(4), { type: 'maxPool2d' }, output], [4, 4]),
      ],
      [
        /^\/model\/layers\/0\/shape 3×3 does not hold the 10 numbers of 10/,
        refused([{ type: 'reshape', shape: [3, 3] }, output], [10]),
      ],
      [
        /^\/model\/layers\/0\/shape .*2 axes of -1/,
        refused([{ type: 'reshape', shape: [-1, -1] }, output], [10]),
      ],
      [/^\/model\/layers\/0\/shape .*axis of 0/, refused([{ type: 'reshape', shape: [0, 3] }, output], [10])],
      [
        /^\/model\/layers\/1\/with `input` gives 4, expected 5/,
        refused([{ type: 'dense', units: 5 }, { type: 'add', with: 'input' }, output], [4]),
      ],
      [
        /^\/model\/layers\/1\/units the network has .* weights up to here, the limit is 2,147,483,647/,
        refused([{ type: 'dense', units: 100_000 }, { type: 'dense', units: 100_000 }, output], [4]),
      ],
      [
        /^\/model\/layers\/0\/filters an instance becomes .* numbers here/,
        refused([conv(1, 65_536), output], [1000, 1000]),
      ],
      [/^\/model\/layers the network has no layers/, refused([], [4])],
      [/^\/data\/files instances are a single number/, refused([output], [])],
    ];
    for (const [expected, found] of cases) assert.match(found, expected);
  });

  it('is one that stock TensorFlow.js instantiates, with the shapes that were inferred, whatever its layers', async () => {
    const size = fc.integer({ min: 1, max: 3 });
    const activation = fc.constantFrom(
      'linear',
      'relu',
      'leakyRelu',
      'prelu',
      'relu6',
      'hardSigmoid',
      'tanh',
      'elu',
      'selu',
      'softplus',
      'swish',
      'gelu',
    ) as fc.Arbitrary<'relu'>;
    const padding = fc.constantFrom('same' as const, 'valid' as const);
    const pair = fc.oneof(size, fc.tuple(size, size));
    const layer = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant('conv2d' as const),
          filters: size,
          kernel: pair,
          stride: pair,
          padding,
          activation,
        }),
      },
      fc.record({
        type: fc.constantFrom('maxPool2d' as const, 'averagePool2d' as const),
        size: pair,
        padding,
      }),
      fc.record({
        type: fc.constantFrom('flatten' as const, 'globalMaxPool2d' as const, 'globalAveragePool2d' as const),
      }),
      fc.record({ type: fc.constant('dropout' as const), rate: fc.constant(0.5) }),
      fc.record({ type: fc.constant('batchNorm' as const) }),
      fc.record({ type: fc.constant('activation' as const), activation }),
      fc.record({ type: fc.constant('dense' as const), units: size, activation, bias: fc.boolean() }),
      fc.record({
        type: fc.constant('add' as const),
        with: fc.constantFrom('input', 'dropout_1', 'conv2d_1', 'activation_2'),
      }),
      fc.record({ type: fc.constant('reshape' as const), shape: fc.constantFrom([-1], [-1, 1], [2, -1, 1]) }),
    );
    const shape = fc.oneof(
      fc.tuple(size),
      fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 })),
      fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }), size),
    );
    let built = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { maxLength: 6 }), shape, async (layers, input) => {
        let network;
        try {
          network = build([...(layers as LayerConfig[]), output], [...input]);
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
          return;
        }
        const model = await instantiate(network.topology);
        for (const made of model.layers) {
          assert.deepEqual(shapeOf(made), [...(network.layerShapes.get(made.name) ?? [])], made.name);
        }
        built++;
        model.dispose();
      }),
      { seed: 7, numRuns: 250 },
    );
    assert.ok(built >= 80, `only ${built} of them were right`);
  });
});
