import assert from 'node:assert/strict';
import { initialWeights } from '../../../src/training/initialise';
import { learningRateAt } from '../../../src/training/schedule';
import { normal, stream } from '../../../src/training/streams';
import type { TrainingSettings } from '../../../src/training/config/config';

const draws = (random: ReturnType<typeof stream>, count = 4) =>
  Array.from({ length: count }, () => random.float());

const settings: TrainingSettings = {
  epochs: 10,
  batchSize: 4,
  optimizer: { type: 'sgd', learningRate: 0.1 },
  schedule: { type: 'constant' },
  warmup: 0,
  weightDecay: 0,
  loss: 'crossEntropy',
  seed: 0,
};

describe('training: what is drawn at random', () => {
  it('is the same for the same seed, purpose and place, and another for any other', () => {
    assert.deepEqual(draws(stream(1, 'order', 3)), draws(stream(1, 'order', 3)));
    const others = [
      stream(1, 'order', 4),
      stream(2, 'order', 3),
      stream(1, 'dropout', 3),
      stream(1, 'order', 3, 0),
    ];
    const first = draws(stream(1, 'order', 3));
    for (const other of others) assert.notDeepEqual(draws(other), first);
  });

  it('normal numbers have mean 0 and deviation 1', () => {
    const random = stream(5, 'test');
    const numbers = Array.from({ length: 20_000 }, () => normal(random));
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    assert.ok(Math.abs(mean) < 0.03, `mean ${mean}`);
    assert.ok(Math.abs(variance - 1) < 0.05, `variance ${variance}`);
  });
});

describe('training: first weights', () => {
  const weights = [
    { name: 'a/kernel', shape: [300, 100], layer: 'a' },
    { name: 'a/bias', shape: [100], layer: 'a' },
    { name: 'n/gamma', shape: [3], layer: 'n' },
    { name: 'n/moving_variance', shape: [3], layer: 'n' },
    { name: 'c/kernel', shape: [3, 3, 8, 16], layer: 'c' },
  ];
  const layers = new Map([
    ['a', { class_name: 'Dense', config: { kernel_initializer: { class_name: 'HeUniform', config: {} } } }],
    ['c', { class_name: 'Conv2D', config: { kernel_initializer: 'glorotNormal' } }],
  ]);

  it('start as their layers say: limits and deviations by fan-in and fan-out', () => {
    const [dense, bias, gamma, variance, conv] = initialWeights(weights, layers, 7);
    const limit = Math.sqrt(6 / 300);
    const most = dense.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    assert.ok(most <= limit && most > 0.99 * limit, `largest ${most}, limit ${limit}`);
    assert.deepEqual([...new Set(bias)], [0]);
    assert.deepEqual([...gamma, ...variance], [1, 1, 1, 1, 1, 1]);
    const deviation = Math.sqrt(conv.reduce((sum, x) => sum + x * x, 0) / conv.length);
    const wanted = Math.sqrt(2 / (9 * 8 + 9 * 16));
    assert.ok(Math.abs(deviation / wanted - 1) < 0.1, `deviation ${deviation}, wanted ${wanted}`);
  });

  it('follow from the seed alone, each weight by itself', () => {
    assert.deepEqual(initialWeights(weights, layers, 7), initialWeights(weights, layers, 7));
    assert.notDeepEqual(initialWeights(weights, layers, 7)[0], initialWeights(weights, layers, 8)[0]);
    assert.deepEqual(
      initialWeights(weights.slice(0, 1), layers, 7)[0],
      initialWeights(weights, layers, 7)[0],
    );
  });

  it('name the layer whose initializer is not known', () => {
    const odd = new Map([
      ['a', { config: { kernel_initializer: { class_name: 'Orthogonal', config: {} } } }],
    ]);
    assert.throws(() => initialWeights(weights, odd, 0), /layer a: has the initializer Orthogonal/);
  });
});

describe('training: schedules of the learning rate', () => {
  const at = (change: Partial<TrainingSettings>, passed: number) =>
    learningRateAt({ ...settings, ...change }, passed);
  const close = (found: number, wanted: number) =>
    assert.ok(Math.abs(found - wanted) < 1e-12, `${found}, ${wanted}`);

  it('constant, in steps, exponential, and by a cosine down to its minimum', () => {
    close(at({}, 7.3), 0.1);
    const step: TrainingSettings['schedule'] = { type: 'step', every: 3, factor: 0.5 };
    close(at({ schedule: step }, 2.9), 0.1);
    close(at({ schedule: step }, 6), 0.025);
    close(at({ schedule: { type: 'exponential', factor: 0.9 } }, 2.5), 0.1 * 0.81);
    const cosine: TrainingSettings['schedule'] = { type: 'cosine', minimum: 0.02 };
    close(at({ schedule: cosine }, 0), 0.1);
    close(at({ schedule: cosine }, 5), 0.06);
    close(at({ schedule: cosine }, 10), 0.02);
    close(at({ schedule: cosine }, 12), 0.02);
  });

  it('rise over the warm-up, from above 0 on', () => {
    assert.ok(at({ warmup: 2 }, 0) > 0);
    close(at({ warmup: 2 }, 1), 0.05);
    close(at({ warmup: 2 }, 2), 0.1);
  });
});
