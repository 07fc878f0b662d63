import assert from 'node:assert/strict';
import { parseScalingText, scalingText } from '../../../src/extension/recording/scalingText';

describe('scaling as users write it', () => {
  it('takes numbers, fractions, and mean and std per channel', () => {
    assert.deepEqual(parseScalingText(''), {});
    assert.deepEqual(parseScalingText(' 0.5 '), { scale: '0.5' });
    assert.deepEqual(parseScalingText('1/255'), { scale: String(1 / 255) });
    assert.deepEqual(parseScalingText('1/255 mean 0.1307 std 0.3081'), {
      scale: String(1 / 255),
      mean: '0.1307',
      std: '0.3081',
    });
    assert.deepEqual(parseScalingText('mean -1,0.4,2 std 1e-2,2,3'), { mean: '-1,0.4,2', std: '0.01,2,3' });
  });

  it('says what is wrong', () => {
    const problem = (text: string) => (parseScalingText(text) as { problem?: string }).problem ?? 'none';
    assert.match(problem('abc'), /“abc”/);
    assert.match(problem('1/0'), /no number/);
    assert.match(problem('0'), /other than 0/);
    assert.match(problem('1,2'), /one number/);
    assert.match(problem('1 std 0'), /above 0/);
    assert.match(problem('1 2'), /given twice/);
    assert.match(problem('Infinity'), /no number/);
  });

  it('is written as it is read', () => {
    for (const text of ['', '0.5', 'mean 1,2,3', '2 mean 0.1 std 0.2']) {
      const parsed = parseScalingText(text);
      assert.ok(!('problem' in parsed));
      assert.equal(scalingText(parsed), text);
    }
  });
});
