import assert from 'node:assert/strict';
import { defaultLimits, limitAdvice, parseLimits } from '../../../src/data/files/limits';
import { isTooDeep } from '../../../src/data/files/json';

describe('limits of files', () => {
  it('are the usual ones but for those that are set', () => {
    assert.deepEqual(parseLimits(''), defaultLimits);
    assert.deepEqual(parseLimits('bytes=8GiB'), { ...defaultLimits, bytes: 8 * 1024 ** 3 });
    assert.deepEqual(parseLimits('pixels=1.5K, growth=500'), { ...defaultLimits, pixels: 1536, growth: 500 });
  });

  it('that cannot be read are told', () => {
    for (const text of ['bytes', 'bytes=', 'bytes=-1', 'bytes=many', 'memory=1', 'bytes=0']) {
      assert.throws(
        () => parseLimits(text),
        /APD_LIMITS: has `.*`, expected limits such as bytes=4GiB/,
        text,
      );
    }
  });

  it('tell how they are raised', () => {
    const advice = limitAdvice(defaultLimits, 'bytes', 1.5 * 1024 ** 3);
    assert.match(advice, /the limit is 1\.0 GiB \(APD_LIMITS=bytes=2GiB in the environment allows it\)/);
    const [setting] = /bytes=\w+/.exec(advice) ?? [];
    assert.ok(parseLimits(setting ?? '').bytes >= 1.5 * 1024 ** 3);
  });

  it('of nesting count brackets outside of texts alone', () => {
    assert.equal(isTooDeep('['.repeat(500)), true);
    assert.equal(isTooDeep(`["${'[\\"'.repeat(500)}"]`), false);
    assert.equal(isTooDeep('[]'.repeat(500)), false);
  });
});
