import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { Requests } from '../../src/extension/engine/engineClient';
import type { EngineRequests, ProgressNote } from '../../src/protocol/engine';

type Method = keyof EngineRequests;

/** A request that waits for its answer. */
export interface Asked<K extends Method = Method> {
  method: K;
  params: EngineRequests[K]['params'];
  token?: CancellationToken;
  progress?: (note: ProgressNote) => void;
  answer(result: EngineRequests[K]['result']): void;
  fail(error: unknown): void;
}

/** An engine that answers when the test says so, and keeps what it was asked. */
export class AskedEngine {
  /** Every request, the oldest first. */
  readonly all: Asked[] = [];
  private readonly open: Asked[] = [];

  /** What is handed to those who ask. */
  readonly requests: Requests = {
    request: ((method: Method, params: never, token?: CancellationToken, progress?: Asked['progress']) =>
      new Promise((answer, fail) => {
        const asked = { method, params, token, progress, answer, fail } as Asked;
        this.all.push(asked);
        this.open.push(asked);
      })) as Requests['request'],
  };

  /** Methods of the requests that wait. */
  get waiting(): Method[] {
    return this.open.map(({ method }) => method);
  }

  /** Takes the oldest request of a kind that waits. */
  take<K extends Method>(method: K): Asked<K> {
    const at = this.open.findIndex((asked) => asked.method === method);
    if (at < 0) throw new Error(`nobody asks for ${method}, only for: ${this.waiting.join()}`);
    return this.open.splice(at, 1)[0] as unknown as Asked<K>;
  }

  /** Answers the oldest request of a kind that waits, and lets what waited for it go on. @returns what was asked */
  async answer<K extends Method>(method: K, result: EngineRequests[K]['result']): Promise<Asked<K>> {
    const asked = this.take(method);
    asked.answer(result);
    await settle();
    return asked;
  }

  /** Fails the oldest request of a kind that waits. */
  async fail(method: Method, error: unknown): Promise<void> {
    this.take(method).fail(error);
    await settle();
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
