import assert from 'node:assert/strict';
import type { Comparison } from '../../../src/engine/insight/compareRuns';
import { fixture, readReferenceApdf } from '../../fixtures';
import { apd, apdOk, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

describe('apd compare', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  before(async () => {
    await apdOk(...(await recordArguments('digits', at('digits'))));
    await apdOk(...(await recordArguments('iris', at('iris'))));
    const data = ['--data', fixture('digits', 'x.npy'), '--labels', fixture('digits', 'y.npy')];
    await apdOk(
      'record',
      fixture('digits', 'epoch-008.onnx'),
      ...data,
      '--sample',
      '500',
      '--out',
      at('some'),
    );
  });
  const compared = async (...args: string[]) =>
    JSON.parse((await apdOk('compare', ...args, '--json')).stdout) as Comparison;

  it('of a run with itself finds the same groups and no change', async () => {
    const { information, churn, changed, right, common } = await compared(at('digits'), at('digits'));
    assert.equal(common, 1797);
    information.forEach((row, l) => assert.equal(row[l], 1));
    assert.deepEqual([churn, changed.length, right?.onlyA, right?.onlyB], [0, 0, 0, 0]);
  });

  it('tells who changed sides between two snapshots, as the reference results have it', async () => {
    const { changed, right, a, b } = await compared(
      at('digits'),
      at('digits'),
      '--epoch',
      '2',
      '--epoch-b',
      '8',
    );
    const [early, late] = [readReferenceApdf('digits', 2), readReferenceApdf('digits', 8)];
    const expected = [...early.instance.keys()].filter((i) => early.output[i] !== late.output[i]);
    assert.deepEqual(
      changed.map(({ instance }) => instance),
      expected.map((i) => early.instance[i]),
    );
    const rightIn = ({ output, label }: typeof early) => output.filter((each, i) => each === label[i]).length;
    assert.equal(right!.both + right!.onlyA, rightIn(early));
    assert.equal(right!.both + right!.onlyB, rightIn(late));
    assert.ok(b.accuracy! > a.accuracy! + 0.4);
  });

  it('joins instances by their numbers where one run has some of them only', async () => {
    const { common, information, churn } = await compared(at('some'), at('digits'));
    assert.equal(common, 500);
    information.forEach((row, l) => assert.equal(row[l], 1));
    assert.equal(churn, 0);
    const { stderr, stdout } = await apdOk('compare', at('some'), at('digits'));
    assert.match(stderr, /Only one of the two has 0 and 1297 instances: they are left out/);
    assert.match(stdout, /500 instances in common/);
  });

  it('takes networks of other shapes, and warns of other labels', async () => {
    const { stdout, stderr } = await apdOk('compare', at('iris'), at('digits'));
    assert.match(stderr, /instances have another label in B/);
    assert.match(stdout, /^relu_2 +-?0\.\d\d/m);
    const missing = await apd('compare', at('iris'), at('digits'), '--epoch', '99');
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /99/);
  });
});
