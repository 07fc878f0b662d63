import assert from 'node:assert/strict';
import { changed, configOf, problemsOf } from './configText';

describe('training configuration: problems', () => {
  /** What is wrong after a change, the pointer it is told at, and words of the message. */
  const wrong: [string, [string, unknown][], string, RegExp][] = [
    [
      'a number out of range',
      [['training.epochs', -3]],
      '/training/epochs',
      /^`epochs` is -3, expected a whole number from 1 to 1,000,000$/,
    ],
    ['a fraction', [['training.batchSize', 1.5]], '/training/batchSize', /is 1.5, expected a whole number/],
    ['text for a number', [['training.warmup', 'no']], '/training/warmup', /is "no", expected a number/],
    [
      'an unknown property',
      [['training.epoch', 3]],
      '/training/epoch',
      /^`epoch` is not known here; did you mean `epochs`\?$/,
    ],
    [
      'an unknown property of a layer',
      [['model.layers.0.unit', 3]],
      '/model/layers/0/unit',
      /^`unit` is not known here; did you mean `units`\?$/,
    ],
    ['a missing property', [['data.files', undefined]], '/data', /^`files` is missing$/],
    [
      'a missing property of a layer',
      [['model.layers.0.units', undefined]],
      '/model/layers/0',
      /^`units` is missing$/,
    ],
    [
      'an unknown layer',
      [['model.layers.0.type', 'dens']],
      '/model/layers/0/type',
      /is "dens"; did you mean `dense`/,
    ],
    [
      'an unknown optimizer',
      [['training.optimizer', { type: 'lion' }]],
      '/training/optimizer/type',
      /is "lion", expected one of `sgd`, `adam`, `rmsprop`$/,
    ],
    [
      'a setting of another optimizer',
      [['training.optimizer', { type: 'adam', momentum: 0.9 }]],
      '/training/optimizer/momentum',
      /not known here/,
    ],
    [
      'scaling of an unknown kind',
      [['data.scaling', 'standart']],
      '/data/scaling',
      /did you mean `standard`/,
    ],
    ['scaling that is a number', [['data.scaling', 5]], '/data/scaling', /is 5, expected text or an object/],
    [
      'a window of three',
      [['model.layers.0', { type: 'conv2d', filters: 1, kernel: [1, 2, 3] }]],
      '/model/layers/0/kernel',
      /has 3 items, expected a whole number from 1 to 65,536 or a list of 2 items/,
    ],
    [
      'the name of a split',
      [['data.splits', { 'a b': 0.5, train: 0.5 }]],
      '/data/splits/a b',
      /the name "a b" cannot be used/,
    ],
    ['a share of 0', [['data.splits.val', 0]], '/data/splits/val', /expected a number above 0 and at most 1/],
    ['shares above 1', [['data.splits.val', 0.3]], '/data/splits', /add up to 1.1, expected 1 at most/],
    [
      'splits of splits',
      [
        ['data.files', { train: 'x.npy' }],
        ['data.labels', undefined],
        ['data.splits', { train: 1 }],
      ],
      '/data/splits',
      /`files` names the splits already/,
    ],
    [
      'no such split',
      [['data.train', 'trian']],
      '/data/train',
      /no split `trian`: expected one of `train`, `val`/,
    ],
    [
      'no such split to stop by',
      [['training.earlyStopping', { split: 'test' }]],
      '/training/earlyStopping/split',
      /no split `test`/,
    ],
    [
      'no such split in snapshots',
      [['snapshots.splits', ['val', 'test']]],
      '/snapshots/splits/1',
      /no split `test`/,
    ],
    [
      'a split where there are none',
      [
        ['data.splits', undefined],
        ['data.train', 'train'],
      ],
      '/data/train',
      /the data has none/,
    ],
    [
      'Nesterov without momentum',
      [['training.optimizer', { type: 'sgd', nesterov: true }]],
      '/training/optimizer/nesterov',
      /needs `momentum`/,
    ],
    [
      'binary cross-entropy of three units',
      [['training.loss', 'binaryCrossEntropy']],
      '/model/layers/1/units',
      /ends in 3 units, expected 1 with `binaryCrossEntropy`/,
    ],
    ['cross-entropy of one unit', [['model.layers.1.units', 1]], '/model/layers/1/units', /ends in 1 unit, /],
    [
      'an activation at the end',
      [['model.layers.1.activation', 'relu']],
      '/model/layers/1/activation',
      /the last layer has `relu`, expected `softmax`/,
    ],
    [
      'softmax inside',
      [['model.layers.0.activation', 'softmax']],
      '/model/layers/0/activation',
      /for the last layer only/,
    ],
    [
      'no dense layer at the end',
      [['model.layers.1', { type: 'dropout', rate: 0.5 }]],
      '/model/layers/1',
      /the network ends in `dropout`, expected a `dense` layer/,
    ],
    ['neither layers nor a model', [['model', {}]], '/model', /expected `layers`, or `from`/],
    ['layers and a model', [['model.from', 'model.json']], '/model/from', /exclude each other/],
    [
      'two layers of one name',
      [
        ['model.layers.0.name', 'a'],
        ['model.layers.1.name', 'a'],
      ],
      '/model/layers/1/name',
      /the name `a` is taken by layer 1/,
    ],
    ['a layer called input', [['model.layers.0.name', 'input']], '/model/layers/0/name', /is the input/],
    [
      'an addition of a later layer',
      [
        ['model.layers.1', { type: 'add', with: 'dense_3' }],
        ['model.layers.2', { type: 'dense', units: 3 }],
      ],
      '/model/layers/1/with',
      /no earlier layer `dense_3`, only `input`, `dense_1`/,
    ],
    [
      'an addition of another shape',
      [
        ['model.layers.1', { type: 'dense', units: 5, activation: 'relu' }],
        ['model.layers.2', { type: 'add', with: 'dense_1' }],
        ['model.layers.3', { type: 'dense', units: 3 }],
      ],
      '/model/layers/2/with',
      /`dense_1` gives 8, expected 5/,
    ],
    [
      'a convolution of what is flat',
      [
        ['model.layers.1', { type: 'conv2d', filters: 2, kernel: 3 }],
        ['model.layers.2', { type: 'dense', units: 3 }],
      ],
      '/model/layers/1',
      /takes images \[height, width, channels\], found 8; put a `reshape` before it/,
    ],
    [
      'no piecewise linear layer',
      [['model.layers.0.activation', 'linear']],
      '/model/layers',
      /no layer has activation patterns/,
    ],
    ['labels of fewer files', [['data.files', ['a.npy', 'b.npy']]], '/data/labels', /are 1 and `files` 2/],
    [
      'labels without a split',
      [['data', { files: { a: '1', b: '2' }, labels: { a: '1', c: '3' } }]],
      '/data/labels',
      /no labels of the split `b`/,
    ],
    [
      'a scale of 0',
      [['data.scaling', { scale: 0 }]],
      '/data/scaling/scale',
      /is 0, expected another number/,
    ],
    ['an absolute run folder', [['out', '/tmp/run']], '/out', /is an absolute path/],
    ['a run folder on a drive', [['out', 'C:\\run']], '/out', /is an absolute path/],
    ['a run folder elsewhere', [['out', 'a/../../b']], '/out', /leaves the folder/],
    ['a run folder elsewhere with backslashes', [['out', '..\\b']], '/out', /leaves the folder/],
    ['no run folder of its own', [['out', 'a/..']], '/out', /is the folder of the configuration itself/],
  ];
  for (const [what, changes, pointer, words] of wrong) {
    it(`tells ${what}`, () => {
      const problems = problemsOf(changed(...changes)).filter(({ severity }) => severity === 'error');
      const told = problems.find((problem) => problem.pointer === pointer);
      assert.ok(told, `told of ${problems.map((problem) => problem.pointer).join(', ')}`);
      assert.match(told.message, words);
    });
  }

  it('tells each of several problems once', () => {
    const problems = problemsOf(
      changed(
        ['training.epochs', 0],
        ['training.seed', 'a'],
        ['model.layers.0', 3],
        ['model.layers.1.units', null],
      ),
    );
    assert.deepEqual(
      problems.map(({ pointer }) => pointer),
      ['/model/layers/0', '/model/layers/1/units', '/training/epochs', '/training/seed'],
    );
  });

  it('warns of activations without patterns, by the name of the layer', () => {
    const layers = [
      { type: 'dense', units: 4, activation: 'relu' },
      { type: 'dense', units: 4, activation: 'tanh', name: 'bend', slope: 0.2 },
      { type: 'dense', units: 1, activation: 'sigmoid' },
    ];
    const problems = problemsOf(changed(['model', { layers }], ['training.loss', 'binaryCrossEntropy']));
    assert.deepEqual(
      problems.map(({ severity, pointer }) => [severity, pointer]),
      [
        ['warning', '/model/layers/1/activation'],
        ['warning', '/model/layers/1/slope'],
      ],
    );
    assert.match(problems[0].message, /`bend` has `tanh`.*no activation patterns are taken of it/);
  });

  it('leaves paths of data as they are, wherever they lead', () => {
    const { data } = configOf(changed(['data.files', '../../x.npy'], ['data.labels', '/data/y.npy']));
    assert.equal(data.files, '../../x.npy');
    assert.equal(data.labels, '/data/y.npy');
  });
});
