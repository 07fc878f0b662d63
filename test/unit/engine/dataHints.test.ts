import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { openDataset } from '../../../src/data/openDataset';
import { noScaling, parseScaling, type Scaling } from '../../../src/data/scaling';
import { recordRun } from '../../../src/engine/recording/recordRun';
import { USUAL_PATTERN_LIMIT } from '../../../src/engine/recording/takeSnapshot';
import { openRun, readSnapshot } from '../../../src/runs/readRun';
import { temporaryFolder } from '../../helpers/setup';
import { engineOn, saved, writeModel } from '../models/tfjsModels';

const COUNT = 120;

describe('hints about data', () => {
  const at = temporaryFolder();

  /** A network of three inputs whose class is the largest of them, each less an offset. */
  async function largestInput(offset: number): Promise<string> {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 3, activation: 'relu', inputShape: [3], name: 'hidden' }),
        tfl.layers.dense({ units: 3, name: 'scores' }),
      ],
    });
    const identity = tf.eye(3);
    model.setWeights([identity, tf.tensor1d([1, 1, 1]), identity, tf.tensor1d([offset, 0, 0])]);
    return writeModel(at(`model-${offset}`), await saved(model));
  }

  /** Rows of three bytes, one of them high, and its position. */
  const high = Int32Array.from({ length: COUNT }, (_, i) => (i * 7) % 3);
  const bytes = Uint8Array.from({ length: COUNT * 3 }, (_, k) =>
    k % 3 === high[Math.floor(k / 3)] ? 200 + (k % 56) : k % 90,
  );

  before(() => engineOn('wasm'));

  async function recorded(
    labels: { path: string },
    options: { model?: string; scaling?: Scaling; classes?: string[] } = {},
  ): Promise<{ notices: string[]; classes: readonly string[]; right: number }> {
    writeFileSync(at('x.npy'), encodeNpy(bytes, [COUNT, 3]));
    const dataset = await openDataset({
      data: [{ path: at('x.npy') }],
      labels: [labels],
      classes: options.classes,
    });
    const notices: string[] = [];
    const out = at('run');
    await recordRun(
      {
        models: [options.model ?? (await largestInput(0))],
        moments: [{ epoch: 1 }],
        dataset,
        scaling: options.scaling ?? noScaling,
        dataOptions: {},
        modelOptions: { backend: 'wasm' },
        out,
        force: true,
        patternLimit: USUAL_PATTERN_LIMIT,
      },
      { onNotice: (text) => notices.push(text), onProgress: () => undefined, onSnapshot: () => undefined },
    );
    const run = await openRun(out);
    const { labels: known, predicted } = await readSnapshot(run, 0);
    const right = known!.filter((label, i) => label === predicted[i]).length / COUNT;
    return { notices, classes: run.manifest.classes, right };
  }

  function words(names: readonly string[]): { path: string } {
    const file = at('labels.csv');
    writeFileSync(file, `label\n${Array.from(high, (k) => names[k]).join('\n')}\n`);
    return { path: file };
  }

  const about = (notices: string[], text: RegExp) => notices.filter((notice) => text.test(notice));

  it('tell the order of classes in which a model is right, and taking it makes it so', async () => {
    const labels = words(['dog', 'ant', 'cat']);
    const sorted = await recorded(labels);
    assert.equal(sorted.right, 0);
    const [hint, ...more] = about(sorted.notices, /--classes dog/);
    assert.match(
      hint,
      /^Only 0 % are predicted right; .* the order dog, ant, cat it would be 100 %\..*--classes dog,ant,cat$/,
    );
    assert.deepEqual(more, []);
    const given = await recorded(labels, { classes: ['dog', 'ant', 'cat'] });
    assert.equal(given.right, 1);
    assert.deepEqual(about(given.notices, /--classes/), []);
  });

  it('tell where a model does better with numbers from 0 to 1, and not where it does not', async () => {
    const labels = words(['ant', 'cat', 'dog']);
    assert.deepEqual(about((await recorded(labels)).notices, /1\/255/), []);
    // Always the first class, whatever the range.
    const blind = await recorded(labels, { model: await largestInput(1000) });
    assert.ok(blind.right < 0.5);
    assert.deepEqual(about(blind.notices, /1\/255/), []);
    const far = await trainedOnShares();
    const raw = await recorded(labels, { model: far });
    assert.ok(raw.right < 0.5, String(raw.right));
    assert.match(
      about(raw.notices, /1\/255/)[0],
      /^Of 120 instances \d+ % are predicted right, and 100 % .* --scale 1\/255/,
    );
    const scaled = await recorded(labels, { model: far, scaling: parseScaling({ scale: '1/255' }) });
    assert.equal(scaled.right, 1);
    assert.deepEqual(about(scaled.notices, /1\/255/), []);
  });

  /** A network whose units are above 0 for numbers up to 1 alone, as one that was trained on these may be. */
  async function trainedOnShares(): Promise<string> {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 3, activation: 'relu', inputShape: [3], name: 'hidden' }),
        tfl.layers.dense({ units: 3, name: 'scores' }),
      ],
    });
    const identity = tf.eye(3);
    model.setWeights([
      tf.mul(identity, -1),
      tf.tensor1d([1, 1, 1]),
      tf.mul(identity, -1),
      tf.tensor1d([0, 0, 0]),
    ]);
    return writeModel(at('shares'), await saved(model));
  }

  it('labels from 1 to the number of classes are the classes in order', async () => {
    writeFileSync(at('y.npy'), encodeNpy(high.map((label) => label + 1)));
    const { right, classes, notices } = await recorded({ path: at('y.npy') });
    assert.equal(right, 1);
    assert.deepEqual(classes, ['1', '2', '3']);
    assert.equal(about(notices, /labels 1 to 3 are taken as the model's classes 0 to 2/).length, 1);
  });

  it('labels that are shares of the classes count as the largest', async () => {
    const shares = Float32Array.from({ length: COUNT * 3 }, (_, k) =>
      k % 3 === high[Math.floor(k / 3)] ? 0.8 : 0.1,
    );
    writeFileSync(at('y.npy'), encodeNpy(shares, [COUNT, 3]));
    const { right, notices } = await recorded({ path: at('y.npy') });
    assert.equal(right, 1);
    assert.equal(about(notices, /shares of 3 classes; the class with the largest/).length, 1);
    shares[0] = -0.1;
    writeFileSync(at('y.npy'), encodeNpy(shares, [COUNT, 3]));
    await assert.rejects(recorded({ path: at('y.npy') }), /expected one for each instance/);
  });
});
