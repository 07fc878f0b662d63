import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { readArray } from '../../../src/data/arrays/readArray';
import { fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

interface NoveltyJson {
  splits: {
    name: string;
    levels: {
      unseen: number;
      expected: number;
      interval: [number, number];
      shifted: boolean;
      distance: number;
    }[];
  }[];
  instances: { instance: number; split: string; distance: number[]; confidence: number }[];
}

describe('apd novelty', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  before(async () => {
    const { data, shape } = await readArray(fixture('digits', 'x.npy'));
    const labels = (await readArray(fixture('digits', 'y.npy'))).data;
    const units = shape[1];
    // The digits are in the order they were written in, person by person: every third makes two sets of one kind.
    const rows = (keep: (i: number) => boolean) => [...labels.keys()].filter(keep);
    const write = (name: string, chosen: number[], change: (value: number) => number = (value) => value) => {
      const values = Float32Array.from({ length: chosen.length * units }, (_, k) =>
        change(data[chosen[Math.floor(k / units)] * units + (k % units)]),
      );
      writeFileSync(at(`${name}.npy`), encodeNpy(values, [chosen.length, units]));
      const own = Int32Array.from(chosen, (row) => labels[row]);
      writeFileSync(at(`${name}-y.npy`), encodeNpy(own, [chosen.length]));
    };
    write(
      'train',
      rows((i) => i % 3 !== 0),
    );
    write(
      'test',
      rows((i) => i % 3 === 0),
    );
    write(
      'inverted',
      rows((i) => i % 3 === 0),
      (value) => 1 - value,
    );
    const names = ['train', 'test', 'inverted'];
    const files = names.map((name) => `${name}=${at(`${name}.npy`)}`);
    const ofLabels = names.map((name) => `${name}=${at(`${name}-y.npy`)}`);
    const record = [
      'record',
      fixture('digits', 'epoch-008.onnx'),
      '--data',
      ...files,
      '--labels',
      ...ofLabels,
    ];
    await apdOk(...record, '--out', at('run'));
  });

  it('tells a shift from like data, level by level', async () => {
    const { stdout } = await apdOk('novelty', at('run'), '--reference', 'train', '--json');
    const { splits, instances } = JSON.parse(stdout) as NoveltyJson;
    const [like, inverted] = splits;
    assert.deepEqual([like.name, inverted.name], ['test', 'inverted']);
    assert.deepEqual(
      like.levels.map(({ shifted }) => shifted),
      [false, false, false],
    );
    for (const { unseen, expected } of like.levels) {
      assert.ok(Math.abs(unseen - expected) < 0.05, String(unseen));
    }
    assert.deepEqual(
      inverted.levels.map(({ shifted }) => shifted),
      [true, true, true],
    );
    assert.ok(inverted.levels[0].distance > 5 * like.levels[0].distance);
    assert.equal(instances.length, 1198);
    assert.ok(instances.every(({ confidence }) => confidence > 0 && confidence <= 1));
    const firsts = instances.map(({ distance }) => distance[0]);
    assert.deepEqual(
      firsts,
      [...firsts].sort((a, b) => b - a),
    );
    const farthest = instances.slice(0, 200).filter(({ split }) => split === 'inverted');
    assert.ok(farthest.length > 180, `${farthest.length} of the farthest 200 are inverted`);
  });

  it('says it in words, and names what it cannot do', async () => {
    const { stdout } = await apdOk('novelty', at('run'), '--reference', 'train', '--split', 'inverted');
    assert.match(
      stdout,
      /inverted: 599 instances\n {2}relu_2: .* unseen, expected .* — more than like data would have; nearest/,
    );
    assert.doesNotMatch(stdout, /test:/);
    const missing = await apd('novelty', at('run'), '--reference', 'tests');
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /has no split tests; its splits are train, test, inverted/);
    const itself = await apd('novelty', at('run'), '--reference', 'test', '--split', 'test');
    assert.match(itself.stderr, /would be compared with itself/);
  });
});
