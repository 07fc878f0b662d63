import assert from 'node:assert/strict';
import { ByteCache, bytesOf } from '../../../src/engine/byteCache';

const kilobyte = () => new Uint8Array(1024);

describe('byte cache', () => {
  it('counts the buffers of a value once, however often it holds them', () => {
    const shared = new Float64Array(100);
    const value = { a: shared, b: [shared, shared.subarray(1)], c: { d: new Int32Array(10) } };
    const bytes = bytesOf(value);
    assert.ok(bytes >= 840 && bytes < 840 + 300, `${bytes}`);
    assert.ok(bytesOf(Array.from({ length: 1000 }, (_, i) => i)) >= 8000);
    assert.ok(bytesOf(Array.from({ length: 1000 }, () => ({ text: 'four' }))) >= 40_000);
  });

  it('keeps within its bound: what was not used for longest goes', () => {
    const cache = new ByteCache(4000);
    for (const key of ['a', 'b', 'c']) cache.put(key, kilobyte());
    assert.ok(cache.peek('a'));
    cache.put('d', kilobyte());
    assert.ok(cache.bytes <= 4000);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].filter((key) => cache.peek(key)),
      ['a', 'c', 'd'],
    );
    cache.put('huge', new Uint8Array(5000));
    assert.equal(cache.peek('huge'), undefined, 'what is larger than the bound is not kept');
    assert.equal(cache.size, 3);
  });

  it('computes once for who asks at the same time, and again after a failure', async () => {
    const cache = new ByteCache();
    let calls = 0;
    const make = async () => {
      await Promise.resolve();
      if (++calls === 1) throw new Error('first');
      return { calls };
    };
    const failed = await Promise.allSettled([cache.remember('k', make), cache.remember('k', make)]);
    assert.deepEqual(
      failed.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    const [one, other] = await Promise.all([cache.remember('k', make), cache.remember('k', make)]);
    assert.equal(one, other);
    assert.equal(calls, 2);
  });

  it('forgets by the beginning of keys', () => {
    const cache = new ByteCache();
    cache.put('run 1 a', kilobyte());
    cache.put('run 2 a', kilobyte());
    cache.forget('run 1');
    assert.equal(cache.peek('run 1 a'), undefined);
    assert.ok(cache.peek('run 2 a'));
    assert.equal(cache.bytes, bytesOf(kilobyte()));
  });
});
