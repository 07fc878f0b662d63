import type { Work } from './work';

/** Most bytes that the engine keeps of runs: 1 GiB. What is in use by a request is not counted. */
const USUAL_CACHE_BYTES = 1024 * 1024 * 1024;

interface Entry {
  value: unknown;
  bytes: number;
}

/** Long work that is under way, and for whom. */
interface Shared {
  result: Promise<unknown>;
  controller: AbortController;
  waiting: Set<Work>;
}

/**
 * Keeps what was computed, up to a number of bytes; what was not used for longest goes first. Who asks for something
 * that is being computed waits for the same computation.
 */
export class ByteCache {
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly shared = new Map<string, Shared>();
  private sum = 0;

  constructor(readonly limit = USUAL_CACHE_BYTES) {}

  /** Bytes of all entries, by estimate. */
  get bytes(): number {
    return this.sum;
  }

  get size(): number {
    return this.entries.size;
  }

  /** The value under a key, which `make` computes when it is not there. What is larger than the limit is not kept. */
  async remember<T>(key: string, make: () => T | Promise<T>): Promise<T> {
    const known = this.peek<T>(key);
    if (known !== undefined) return known;
    const running = this.running.get(key) as Promise<T> | undefined;
    if (running) return running;
    const promise = (async () => {
      const value = await make();
      this.put(key, value);
      return value;
    })();
    this.running.set(key, promise);
    try {
      return await promise;
    } finally {
      this.running.delete(key);
    }
  }

  /**
   * `remember` for long work that can be cancelled: it goes on as long as somebody waits for it, and is given up when the
   * last one does not want it any more. All who wait hear of its progress.
   * @throws the reason of the abort when `work` was cancelled
   */
  async share<T>(key: string, work: Work, make: (work: Work) => Promise<T>): Promise<T> {
    const known = this.peek<T>(key);
    if (known !== undefined) return known;
    work.signal?.throwIfAborted();
    const shared = this.shared.get(key) ?? this.begin(key, make);
    shared.waiting.add(work);
    const leave = () => {
      shared.waiting.delete(work);
      if (shared.waiting.size > 0) return;
      // Who asks from now on begins anew.
      if (this.shared.get(key) === shared) this.shared.delete(key);
      shared.controller.abort(work.signal?.reason);
    };
    try {
      return await untilAborted(shared.result as Promise<T>, work.signal);
    } finally {
      leave();
    }
  }

  private begin<T>(key: string, make: (work: Work) => Promise<T>): Shared {
    const controller = new AbortController();
    const waiting = new Set<Work>();
    const onProgress: Work['onProgress'] = (message, share) => {
      for (const work of waiting) work.onProgress?.(message, share);
    };
    const result = make({ signal: controller.signal, onProgress }).then((value) => {
      this.put(key, value);
      return value;
    });
    // Where all have gone nobody hears of its end.
    result.catch(() => undefined);
    const shared: Shared = { result, controller, waiting };
    this.shared.set(key, shared);
    return shared;
  }

  /** The value under a key if it is kept. The caller knows its type by the key. */
  peek<T>(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value as T;
  }

  /** Keeps a value in place of what was there. */
  put(key: string, value: unknown): void {
    this.drop(key);
    const bytes = byteSize(value);
    if (bytes > this.limit) return;
    this.entries.set(key, { value, bytes });
    this.sum += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.sum <= this.limit) break;
      this.drop(oldest);
    }
  }

  /** Drops everything under keys that begin so. */
  forget(beginning: string): void {
    for (const key of [...this.entries.keys()]) if (key.startsWith(beginning)) this.drop(key);
  }

  private drop(key: string): void {
    this.sum -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }
}

/** What a promise gives, unless the signal is aborted before. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Bytes that a value holds, by estimate: its buffers, and some for every object. What several entries share counts for
 * each of them, so that the bound is kept in any case.
 */
export function byteSize(value: unknown): number {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') bytes += 2 * next.length;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (ArrayBuffer.isView(next)) {
      if (!seen.has(next.buffer)) bytes += next.buffer.byteLength;
      seen.add(next.buffer);
      continue;
    }
    const parts: unknown[] = next instanceof Map ? [...next.values()] : Object.values(next);
    bytes += 32 + 8 * parts.length;
    if (typeof parts[0] !== 'number' || parts.some((part) => typeof part !== 'number')) {
      for (const part of parts) waiting.push(part);
    }
  }
  return bytes;
}
