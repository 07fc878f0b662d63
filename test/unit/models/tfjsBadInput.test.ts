import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors';
import { describeModel, openModel } from '../../../src/models/openModel';
import { engineOn, saved, seedWeights, writeModel, type StockModel } from './tfjsModels';
import { temporaryFolder } from '../../helpers/setup';

type Loose = { [key: string]: Loose } & Loose[] & (string | number | boolean | null);

/** A change to the JSON of a model. */
type Change = (model: Loose) => void;

const layer = (class_name: string, name: string, config: object = {}): object => ({
  class_name,
  config: { name, ...config },
});

describe('damaged tfjs models', () => {
  const at = temporaryFolder('test');
  let stock: StockModel;
  let functional: StockModel;

  before(async () => {
    await engineOn('cpu');
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 2,
          activation: 'relu',
          inputShape: [3, 3, 1],
          name: 'c',
        }),
        tfl.layers.flatten({ name: 'f' }),
        tfl.layers.dense({ units: 2, activation: 'softmax', name: 'y' }),
      ],
    });
    seedWeights(model);
    stock = await saved(model);
    const input = tfl.input({ shape: [2], name: 'x' });
    const h = tfl.layers
      .dense({ units: 2, activation: 'relu', name: 'h' })
      .apply(input) as tfl.SymbolicTensor;
    const sum = tfl.layers.add({ name: 's' }).apply([h, input]) as tfl.SymbolicTensor;
    const y = tfl.layers.dense({ units: 2, name: 'y' }).apply(sum) as tfl.SymbolicTensor;
    const second = tfl.model({ inputs: input, outputs: y });
    seedWeights(second);
    functional = await saved(second);
  });

  /** Opening must fail with one line that names the file and matches. */
  async function refused(file: string, expected: RegExp): Promise<void> {
    for (const open of [describeModel, openModel]) {
      await assert.rejects(open(file, { backend: 'wasm' }), (error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, expected);
        assert.ok(error.message.startsWith(at()));
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    }
  }

  /** A stock model with its JSON changed. */
  function changed(change: Change, model = stock): string {
    const file = writeModel(at(), model);
    const json = JSON.parse(readFileSync(file, 'utf8')) as Loose;
    change(json);
    writeFileSync(file, JSON.stringify(json));
    return file;
  }

  /** The stock model with other layers. */
  function withLayers(...layers: object[]): string {
    return changed((json) => {
      (json.modelTopology as unknown as { config: object }).config = { name: 's', layers };
    });
  }

  const layersOf = (json: Loose): Loose => {
    const topology = json.modelTopology;
    return (topology.model_config ?? topology).config.layers;
  };

  it('says what a file is that is no model', async () => {
    const file = at('model.json');
    const cases: [string, RegExp][] = [
      ['', /is empty, expected a model file/],
      [
        '{"epochs": 3}',
        /is JSON, but no model of TensorFlow\.js: expected modelTopology and weightsManifest/,
      ],
      ['[1, 2]', /is JSON, but no model/],
      ['{"modelTopology": ', /is not JSON \(.*\), expected a model\.json/],
      ['\u0000\u0001', /is not JSON/],
      [
        '{"format":"graph-model","modelTopology":{"node":[]},"weightsManifest":[]}',
        /the model has no input, expected one/,
      ],
      ['{"modelTopology":{"node":[]},"weightsManifest":[]}', /the model has no input, expected one/],
      ['{"modelTopology":{"node":{}},"weightsManifest":[]}', /modelTopology\.node: is an? object, expected/],
      ['{"format":"x","modelTopology":{},"weightsManifest":[]}', /format: is "x", expected 'layers-model'/],
      ['{"modelTopology":null,"weightsManifest":[]}', /modelTopology: is null, expected the layers/],
      ['{"modelTopology":{},"weightsManifest":[]}', /modelTopology: holds no layers/],
      ['{"modelTopology":{}}', /weightsManifest: is missing/],
      ['{"modelTopology":{},"weightsManifest":{}}', /weightsManifest: is an object, expected a list/],
      [
        '{"modelTopology":{},"weightsManifest":[{}]}',
        /weightsManifest\[0\]\.paths: is nothing, expected a list/,
      ],
    ];
    for (const [text, expected] of cases) {
      writeFileSync(file, text);
      await refused(file, expected);
    }
  });

  it('confines weights to the folder of the model', async () => {
    const outside = at('outside.bin');
    const own = at('model');
    /** The stock model with its weights said to be elsewhere. */
    const weightsAt = (location: string): string => {
      const file = writeModel(own, stock);
      const json = JSON.parse(readFileSync(file, 'utf8')) as { weightsManifest: { paths: string[] }[] };
      json.weightsManifest[0].paths = [location];
      writeFileSync(file, JSON.stringify(json));
      return file;
    };
    writeFileSync(outside, stock.data);
    const locations = [
      '../outside.bin',
      outside,
      'a/../../outside.bin',
      'https://host/w.bin',
      `file://${outside}`,
    ];
    for (const location of [...locations, 'C:\\w.bin', '..\\outside.bin']) {
      const expected =
        /weightsManifest\[0\]: has its weights in '.*', expected a file in the model's own folder/;
      await refused(weightsAt(location), expected);
    }
    const linked = weightsAt('link.bin');
    symlinkSync(outside, path.join(own, 'link.bin'));
    await refused(linked, /expected a file in the model's own folder/);
    mkdirSync(path.join(own, 'shards'));
    writeFileSync(path.join(own, 'shards', 'w.bin'), stock.data);
    assert.equal((await describeModel(weightsAt('shards/w.bin'), { backend: 'wasm' })).layers.length, 1);
  });

  it('checks the files of the weights', async () => {
    const file = writeModel(at(), stock);
    const weights = at('group1-shard1.bin');
    const size = stock.data.length;
    writeFileSync(weights, stock.data.subarray(0, size - 1));
    await refused(
      file,
      new RegExp(`group1-shard1\\.bin: has ${size - 1} bytes, expected ${size} as the weights manifest`),
    );
    writeFileSync(weights, Buffer.concat([stock.data, Buffer.alloc(4)]));
    await refused(file, new RegExp(`has ${size + 4} bytes, expected ${size}`));
    const broken = Uint8Array.from(stock.data);
    new DataView(broken.buffer).setFloat32(8, NaN, true);
    writeFileSync(weights, broken);
    await refused(file, /weight 'c\/kernel': is NaN at 2, expected finite numbers/);
    unlinkSync(weights);
    await refused(
      file,
      /group1-shard1\.bin: cannot be read \(no such file\), expected the weights of .*model\.json/,
    );
    const sharded = writeModel(at('sharded'), stock, 20);
    writeFileSync(at('sharded', 'group1-shard2.bin'), 'short');
    await refused(
      sharded,
      new RegExp(`its ${Math.ceil(size / 20)} files have ${size - 15} bytes, expected ${size}`),
    );
  });

  it('checks the manifest against the layers', async () => {
    const entry = (json: Loose, i = 0): Loose => json.weightsManifest[0].weights[i];
    const set = (member: string, value: unknown, i = 0): string =>
      changed((json) => ((entry(json, i) as unknown as Record<string, unknown>)[member] = value));
    await refused(set('name', ''), /weights\[0\], name: is empty, expected a name/);
    await refused(set('name', 'c/other'), /weight 'c\/other': belongs to no layer of the model/);
    await refused(set('name', 'c/bias'), /weight 'c\/bias': is there twice/);
    await refused(set('name', '__proto__'), /weight '__proto__': belongs to no layer/);
    await refused(set('dtype', 'int32'), /weight 'c\/kernel': is of type "int32", expected float32/);
    await refused(set('dtype', 'string'), /is of type "string", expected float32/);
    await refused(
      set('shape', [2, 2, 2, 1]),
      /weight 'c\/kernel': has shape \[2, 2, 2, 1\], expected \[2, 2, 1, 2\]/,
    );
    await refused(set('shape', [2, -2]), /weight 'c\/kernel': has shape \[2,-2\], expected whole numbers/);
    await refused(set('shape', [1e9, 1e9]), /has \d+ bytes, expected \d+/);
    await refused(set('shape', 'x'), /shape: is a string, expected a list/);
    await refused(set('quantization', { dtype: 'uint4' }), /quantization\.dtype: is "uint4", expected uint8/);
    await refused(set('quantization', { dtype: 'uint8', min: 0 }), /quantization: has no min and scale/);
    const fewer = changed((json) => void (json.weightsManifest[0].weights as unknown as unknown[]).pop());
    await refused(fewer, /has \d+ bytes, expected \d+/);
    const none = changed((json) => (json.weightsManifest = [] as unknown as Loose));
    await refused(none, /weightsManifest: has no values for weight 'c\/kernel' and 3 more/);
  });

  it('names layers that cannot be run', async () => {
    const first = { batch_input_shape: [null, 4] };
    const conv = (config: object): object => layer('Conv2D', 'c', { filters: 1, kernel_size: 1, ...config });
    const cases: [object[], RegExp][] = [
      [
        [layer('Lambda', 'l', { function: ['4wEA', null, null] })],
        /layer 'l': is a Lambda, whose code is not in the file/,
      ],
      [[layer('Telepathy', 't', first)], /layer 't': has the unknown class 'Telepathy'/],
      [[layer('Zeros', 'z', first)], /layer 'z': has the unknown class 'Zeros'/],
      [[layer('constructor', 'z', first)], /layer 'z': has the unknown class 'constructor'/],
      [[layer('Masking', 'm', first)], /layer 'm': is a Masking layer, which is not supported/],
      [[conv({ data_format: 'channels_first' })], /layer 'c': wants its channels first \(data_format\)/],
      [[conv({ groups: 2 })], /layer 'c': has groups 2, which is not supported/],
      [[layer('LSTM', 'r', { units: 2, stateful: true })], /layer 'r': has stateful true/],
      [[layer('Dense', 'd', { ...first, units: 1e9, activation: 'relu' })], /more weights than there can be/],
      [[layer('Dense', 'd', { ...first, units: 0 })], /its layers do not fit together: /],
      [
        [layer('Dense', 'd', { ...first, units: 2, activation: 'magic' })],
        /its layers do not fit together: .*magic/,
      ],
      [[layer('Dense', 'd', { units: 2 })], /its layers do not fit together: /],
      [[layer('Dense', 'd', first), layer('Dense', 'd')], /has two layers named 'd'/],
      [[layer('RepeatVector', 'v', { ...first, n: 1e9 })], /layer 'v': gives \[1000000000, 4\] an instance/],
      [
        [layer('Dense', 'd', { ...first, units: 2, activation: 'tanh' })],
        /no piecewise linear activation found, .*\(found: tanh ×1; expected relu/,
      ],
      [[], /its layers do not fit together/],
      [[{ class_name: 'Dense' }], /layers\[0\], config: is nothing, expected an object/],
      [['Dense' as unknown as object], /layers\[0\]: is a string, expected an object/],
    ];
    for (const [layers, expected] of cases) await refused(withLayers(...layers), expected);
    const model = (class_name: string) =>
      changed((json) => ((json.modelTopology as unknown as { class_name: string }).class_name = class_name));
    await refused(
      model('MyModel'),
      /modelTopology: is a model of class 'MyModel', expected Sequential, Model/,
    );
    let nested: object = layer('Dense', 'd', { ...first, units: 2 });
    for (let k = 0; k < 30; k++) {
      nested = { class_name: 'Sequential', config: { name: `m${k}`, layers: [nested] } };
    }
    await refused(withLayers(nested), /is nested too deeply/);
  });

  it('finds calls that can never be made', async () => {
    const inbound = (json: Loose, name: string): Loose =>
      (layersOf(json) as unknown as { name: string; inbound_nodes: Loose }[]).find(
        (each) => each.name === name,
      )!.inbound_nodes;
    const at = (name: string, change: (nodes: Loose) => void): string =>
      changed((json) => change(inbound(json, name)), functional);
    await refused(
      at('h', (nodes) => (nodes[0][0][0] = 'nobody' as Loose)),
      /layer 'h': takes the output of 'nobody', expected a layer of the model/,
    );
    await refused(
      at('h', (nodes) => (nodes[0][0][0] = 'y' as Loose)),
      /layer '\w': takes call 0 of layer '\w', which does not come before it/,
    );
    await refused(
      at('s', (nodes) => (nodes[0][0][1] = 5 as Loose)),
      /layer 's': takes call 5 of layer 'h'/,
    );
    await refused(
      at('s', (nodes) => (nodes[0] = null as unknown as Loose)),
      /layer 's', inbound_nodes\[0\]: is null/,
    );
    await refused(
      at('s', (nodes) => (nodes[0][0] = 'h' as Loose)),
      /inbound_nodes\[0\]: is a string/,
    );
    await refused(
      at('s', (nodes) => (nodes[0][0][2] = 3 as Loose)),
      /do not fit together/,
    );
    const ends = (side: string, value: unknown): string =>
      changed(
        (json) => ((json.modelTopology.config as unknown as Record<string, unknown>)[side] = value),
        functional,
      );
    await refused(ends('output_layers', [['nobody', 0, 0]]), /output_layers: names 'nobody' \(call 0\)/);
    await refused(ends('input_layers', []), /input_layers: is empty, expected a layer/);
    await refused(ends('output_layers', null), /output_layers: is null, expected a list/);
    const inputs = changed((json) => {
      const layers = layersOf(json) as unknown as object[];
      layers.push({
        class_name: 'InputLayer',
        name: 'x2',
        config: { name: 'x2', batch_input_shape: [null, 2], dtype: 'float32' },
        inbound_nodes: [],
      });
      (json.modelTopology.config.input_layers as unknown as unknown[]).push(['x2', 0, 0]);
      (inbound(json, 's')[0] as unknown as unknown[]).push(['x2', 0, 0, {}]);
    }, functional);
    await refused(inputs, /the model has 2 inputs \('x', 'x2'\), expected one/);
  });

  /** Every place in a JSON value. */
  function places(value: unknown, path_: (string | number)[] = []): (string | number)[][] {
    if (typeof value !== 'object' || value === null) return [path_];
    return [path_, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path_, key]))];
  }

  function setAt(json: unknown, place: (string | number)[], value: unknown): unknown {
    if (place.length === 0) return value;
    const holder = place
      .slice(0, -1)
      .reduce<unknown>((each, key) => (each as Record<string, unknown>)[key], json);
    const key = place[place.length - 1];
    if (value === undefined) Reflect.deleteProperty(holder as object, key);
    else (holder as Record<string, unknown>)[key] = value;
    return json;
  }

  it('answers every damage with a model or with one line', async function () {
    this.timeout(60_000);
    const odd = [
      undefined,
      null,
      0,
      -1,
      1e9,
      2.5,
      'x',
      'relu',
      '__proto__',
      true,
      [],
      {},
      [[]],
      ['x', 0, 0],
      [null, 1e9],
    ];
    const before = tf.memory().numTensors;
    for (const [name, model] of [
      ['s', stock],
      ['f', functional],
    ] as const) {
      const file = writeModel(at(name), model);
      const text = readFileSync(file, 'utf8');
      const all = places(JSON.parse(text));
      const damage = fc.record({
        place: fc.constantFrom(...all),
        value: fc.constantFrom(...odd),
        second: fc.option(fc.record({ place: fc.constantFrom(...all), value: fc.constantFrom(...odd) })),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ place, value, second }) => {
          let json = setAt(JSON.parse(text), place, structuredClone(value));
          if (second) {
            try {
              json = setAt(json, second.place, structuredClone(second.value));
            } catch {
              // The first change took the place of the second away.
            }
          }
          writeFileSync(file, JSON.stringify(json) ?? '');
          await answered(file);
        }),
        { numRuns: 200, seed: 11 },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.nat(text.length),
          fc.string({ maxLength: 3 }),
          fc.nat(20),
          async (at, inserted, cut) => {
            writeFileSync(file, text.slice(0, at) + inserted + text.slice(at + cut));
            await answered(file);
          },
        ),
        { numRuns: 60, seed: 12 },
      );
    }
    assert.equal(tf.memory().numTensors, before);
    assert.ok(existsSync(at()));
  });

  /** Opens a file, which gives a model or an InputError of one line, soon. */
  async function answered(file: string): Promise<void> {
    const started = performance.now();
    try {
      const runner = await openModel(file, { backend: 'wasm' });
      await runner.close();
    } catch (error) {
      assert.ok(error instanceof InputError, (error as Error).stack);
      assert.ok(!error.message.includes('\n') && error.message.length < 1000, error.message);
    }
    assert.ok(performance.now() - started < 20_000);
  }
});
