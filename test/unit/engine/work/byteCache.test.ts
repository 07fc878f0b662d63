import assert from 'node:assert/strict';
import { ByteCache, byteSize } from '../../../../src/engine/work/byteCache';
import type { Work } from '../../../../src/engine/work/work';

/** A promise, and what settles it. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const kilobyte = () => new Uint8Array(1024);

describe('byte cache', () => {
  it('counts the buffers of a value once, however often it holds them', () => {
    const shared = new Float64Array(100);
    const value = { a: shared, b: [shared, shared.subarray(1)], c: { d: new Int32Array(10) } };
    const bytes = byteSize(value);
    assert.ok(bytes >= 840 && bytes < 840 + 300, `${bytes}`);
    assert.ok(byteSize(Array.from({ length: 1000 }, (_, i) => i)) >= 8000);
    assert.ok(byteSize(Array.from({ length: 1000 }, () => ({ text: 'four' }))) >= 40_000);
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
    assert.equal(cache.bytes, byteSize(kilobyte()));
  });

  it('goes on with shared work as long as one waits for it, and tells all of them how far it is', async () => {
    const cache = new ByteCache();
    const given = withResolvers<string>();
    let begun = 0;
    let tell: Work['onProgress'];
    const make = async ({ onProgress }: Work) => {
      begun++;
      tell = onProgress;
      return given.promise;
    };
    const first = new AbortController();
    const heard: string[] = [];
    const one = cache.share(
      'k',
      { signal: first.signal, onProgress: (text) => heard.push(`1 ${text}`) },
      make,
    );
    const other = cache.share('k', { onProgress: (text) => heard.push(`2 ${text}`) }, make);
    tell?.('half');
    first.abort(new Error('not wanted'));
    await assert.rejects(one, /not wanted/);
    tell?.('most');
    given.resolve('done');
    assert.equal(await other, 'done');
    assert.deepEqual(heard, ['1 half', '2 half', '2 most']);
    assert.equal(begun, 1);
    assert.equal(cache.peek('k'), 'done');
  });

  it('gives shared work up when nobody wants it, and begins anew for who asks then', async () => {
    const cache = new ByteCache();
    const signals: AbortSignal[] = [];
    const never = ({ signal }: Work) => {
      signals.push(signal!);
      return new Promise<string>((_, reject) =>
        signal!.addEventListener('abort', () => reject(signal!.reason)),
      );
    };
    const both = [new AbortController(), new AbortController()];
    const asked = both.map(({ signal }) => cache.share('k', { signal }, never));
    both[0].abort(new Error('first'));
    await assert.rejects(asked[0], /first/);
    assert.equal(signals[0].aborted, false);
    both[1].abort(new Error('second'));
    await assert.rejects(asked[1], /second/);
    assert.equal(signals[0].aborted, true);
    assert.equal(await cache.share('k', {}, async () => 'anew'), 'anew');
    assert.equal(signals.length, 1);
    await assert.rejects(cache.share('other', { signal: both[0].signal }, never), /first/);
    assert.equal(signals.length, 1, 'nothing is begun for who has gone already');
  });
});
