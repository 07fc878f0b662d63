import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { InputError } from '../../../../src/core/errors';
import { checkTrainingText } from '../../../../src/training/config/checkText';
import { atItsLine, ConfigError } from '../../../../src/training/config/configError';
import { locate } from '../../../../src/training/config/jsonText';
import {
  openTrainingConfig,
  parseTrainingConfig,
  readTrainingConfig,
} from '../../../../src/training/config/readConfig';
import { changed, configOf, rightConfig } from './configText';
import { temporaryFolder } from '../../../helpers/setup';

/** Line and column of the first place where some text stands. */
function placeOf(text: string, part: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

describe('training configuration: defaults', () => {
  it('are all filled in', () => {
    assert.deepEqual(configOf(rightConfig), {
      name: 'run',
      data: {
        files: 'x.npy',
        labels: 'y.npy',
        scaling: 'none',
        splits: { train: 0.8, val: 0.2 },
        seed: 0,
        train: 'train',
      },
      model: {
        layers: [
          {
            type: 'dense',
            name: 'dense_1',
            units: 8,
            activation: 'relu',
            bias: true,
            initializer: 'glorotUniform',
          },
          {
            type: 'dense',
            name: 'dense_2',
            units: 3,
            activation: 'linear',
            bias: true,
            initializer: 'glorotUniform',
          },
        ],
      },
      training: {
        epochs: 10,
        batchSize: 32,
        optimizer: { type: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
        schedule: { type: 'constant' },
        warmup: 0,
        weightDecay: 0,
        loss: 'crossEntropy',
        seed: 0,
      },
      snapshots: { initial: true, withinFirstEpoch: 3, every: 1 },
      backend: 'auto',
      out: 'runs/run',
    });
  });

  it('go with the optimizer and the schedule', () => {
    const config = configOf(
      changed(['training', { optimizer: { type: 'sgd' }, schedule: { type: 'step', factor: 0.5 } }]),
    );
    assert.deepEqual(config.training.optimizer, {
      type: 'sgd',
      learningRate: 0.01,
      momentum: 0,
      nesterov: false,
    });
    assert.deepEqual(config.training.schedule, { type: 'step', every: 10, factor: 0.5 });
  });

  it('of layers go with their type', () => {
    const layers = [
      { type: 'reshape', shape: [4, 4, 1] },
      { type: 'conv2d', filters: 2, kernel: 3, activation: 'leakyRelu' },
      { type: 'maxPool2d' },
      { type: 'batchNorm' },
      { type: 'dense', units: 3 },
    ];
    const filled = configOf(changed(['model', { layers }])).model.layers ?? [];
    assert.deepEqual(filled.slice(1, 4), [
      {
        type: 'conv2d',
        name: 'conv2d_2',
        filters: 2,
        kernel: 3,
        stride: 1,
        padding: 'valid',
        activation: 'leakyRelu',
        slope: 0.01,
        bias: true,
        initializer: 'glorotUniform',
      },
      { type: 'maxPool2d', name: 'maxPool2d_3', size: 2, padding: 'valid' },
      { type: 'batchNorm', name: 'batchNorm_4', momentum: 0.9, epsilon: 0.001 },
    ]);
  });

  it('train on `train`, else on the first split, else on everything', () => {
    const trainOf = (splits: unknown) => configOf(changed(['data.splits', splits])).data.train;
    assert.equal(trainOf({ val: 0.5, train: 0.5 }), 'train');
    assert.equal(trainOf({ b: 0.5, a: 0.5 }), 'b');
    assert.equal(trainOf(undefined), undefined);
    const files = { one: 'a.csv', two: 'b.csv' };
    const named = changed(['data', { files }]);
    assert.equal(configOf(named).data.train, 'one');
  });

  it('make the run folder of the name, with nothing that leads out of `runs`', () => {
    const outOf = (name: string) => configOf(changed(['name', name])).out;
    assert.equal(outOf('first try'), 'runs/first try');
    assert.equal(outOf('../../etc'), 'runs/-..-etc');
    assert.equal(outOf('..'), 'runs/run');
  });

  it('are the same once more: a configuration with its defaults reads as itself', () => {
    const config = configOf(changed(['model.layers.0.activation', 'leakyRelu']));
    assert.deepEqual(configOf(config), config);
  });
});

describe('training configuration: places', () => {
  const text = `{
  // comments, and commas at the end, are fine
  "data": { "files": "x.npy", "labelz": 3, },
  "model": { "layers": [
    { "type": "dense", "units": "many", "activation": "relu" },
    { "type": "dense" },
  ] }, /* here too */
}
`;

  it('are those of the value, the key, or the opening of the object', () => {
    const { config, problems } = parseTrainingConfig(text, 'f');
    assert.equal(config, undefined);
    assert.deepEqual(
      problems.map(({ line, column, length, message }) => [line, column, length, message]),
      [
        [3, 31, 8, '`labelz` is not known here; did you mean `labels`?'],
        [5, 33, 6, '`units` is "many", expected a whole number from 1 to 16,777,216'],
        [6, 5, 1, '`units` is missing'],
      ],
    );
  });

  it('are found for any pointer', () => {
    const found = (pointer: string) => {
      const { line, column, length } = locate(text, pointer);
      return [line, column, length];
    };
    assert.deepEqual(found('/data/files'), [3, 22, 7]);
    assert.deepEqual(found('/model/layers/1/type'), [6, 15, 7]);
    assert.deepEqual(found('/model/layers/1/units'), [6, 5, 1], 'of its object where it is not written');
    assert.deepEqual(found('/training/batchSize'), [1, 1, 1]);
    assert.deepEqual(found(''), [1, 1, 1]);
    assert.deepEqual(locate('{"a/b": [0, {"~": 1}]}', '/a~1b/1/~0'), { line: 1, column: 19, length: 1 });
  });

  it('count lines as editors do, with every kind of line end and without the byte order mark', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = ['\uFEFF{', ' "data": 3,', ' "model": {"from": "m.json"}', '}'];
      const [problem] = parseTrainingConfig(lines.join(end), 'f').problems;
      assert.deepEqual([problem.line, problem.column], [2, 10], JSON.stringify(end));
    }
    const marked = parseTrainingConfig('\uFEFF3', 'f').problems[0];
    assert.deepEqual(
      [marked.line, marked.column, marked.message],
      [1, 1, 'the configuration is 3, expected an object { … }'],
    );
  });

  it('of damaged JSON are where it is damaged', () => {
    const problemOf = (damaged: string) => {
      const { line, column, message, kind } = parseTrainingConfig(damaged, 'f').problems[0];
      assert.equal(kind, 'syntax');
      return [line, column, message];
    };
    assert.deepEqual(problemOf(''), [1, 1, 'expected a value']);
    assert.deepEqual(problemOf('{\n "data": ,}'), [2, 10, 'expected a value']);
    assert.deepEqual(problemOf('{"a": 1\n "b": 2}'), [2, 2, 'expected a comma']);
    assert.deepEqual(problemOf('{"a": 1} 3'), [1, 10, 'expected nothing more here']);
    assert.deepEqual(problemOf('{"a": 1, "a": 2}'), [1, 10, '`a` stands here twice']);
    assert.match(String(problemOf('{"a": \'b\'}')[2]), /no JSON/);
    assert.deepEqual(problemOf('['.repeat(100_000)), [1, 61, 'nested more than 60 deep']);
  });
});

describe('training configuration: files', () => {
  const at = temporaryFolder();

  async function write(text: string): Promise<string> {
    const file = at('net.apd.json');
    await writeFile(file, text);
    return file;
  }

  it('are read, with what there is to warn of', async () => {
    const layers = [{ type: 'activation', activation: 'gelu' }, ...rightConfig.model.layers];
    const file = await write(JSON.stringify(changed(['model.layers', layers])));
    const { config, warnings } = await openTrainingConfig(file);
    assert.equal(config.name, 'net');
    assert.deepEqual(
      warnings.map(({ pointer }) => pointer),
      ['/model/layers/0/activation'],
    );
  });

  it('that are wrong give the first error with its place and the number of others', async () => {
    const file = await write('{\n  "data": { "files": 3 },\n  "model": {},\n  "more": 1\n}');
    await assert.rejects(readTrainingConfig(file), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.source, file);
      assert.equal(error.place, 'line 2, column 22');
      assert.match(error.problem, /^`files` is 3, expected .* \(and 1 more\)$/);
      return true;
    });
  });

  it('that are none are told', async () => {
    await assert.rejects(readTrainingConfig(at('none.apd.json')), /no such file/);
    await assert.rejects(readTrainingConfig(at()), /is a folder, expected a file/);
    const file = await write(' '.repeat(1024 ** 2 + 1));
    await assert.rejects(readTrainingConfig(file), /the limit is 1.0 MiB/);
  });

  it('give later errors their line', () => {
    const text = JSON.stringify(rightConfig, undefined, 2);
    const error = atItsLine(new ConfigError('/data/splits/val', 'is empty'), text, 'net.apd.json');
    assert.ok(error instanceof InputError);
    const { line, column } = placeOf(text, '0.2');
    assert.equal(error.message, `net.apd.json, line ${line}, column ${column}: is empty`);
    const other = new InputError('x.npy', 'is damaged');
    assert.equal(atItsLine(other, text, 'net.apd.json'), other);
  });

  it('are checked beyond their schema for an editor that has it', () => {
    const check = (value: unknown) => checkTrainingText(JSON.stringify(value), at('net.apd.json'));
    assert.deepEqual(check(rightConfig), { problems: [], out: at('runs', 'net') });
    assert.deepEqual(check(changed(['training.epochs', 0])), { problems: [], out: undefined });
    assert.equal(check(changed(['data.train', 'none'])).problems.length, 1);
  });
});
