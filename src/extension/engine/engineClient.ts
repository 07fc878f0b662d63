import { fork, type ChildProcess } from 'node:child_process';
import {
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import {
  REQUEST_CANCELLED_CODE,
  type EngineNotifications,
  type EngineRequests,
  type ProgressNote,
  type RequestEnvelope,
} from '../../protocol/engine';
import { doing } from './engineWork';

/** Limits of the engine that can be set anew. */
export interface EngineLimits {
  /** Memory for JavaScript objects in MiB; buffers come on top. */
  memoryMiB?: number;
  /** A sign of life that does not come for this long is a hang: the engine is killed. */
  hangAfterMs?: number;
}

/** How the engine is started and watched. */
export interface EngineOptions extends EngineLimits {
  /** Path of the engine's bundle, dist/engine.js. */
  module: string;
  /** Computers that files may name, asked at each start. */
  networkHosts?: () => readonly string[];
  /** While requests are pending the engine is asked for a sign of life this often. */
  pingEveryMs?: number;
}

type Method = keyof EngineRequests;
type Listener<T> = (value: T) => void;
interface Disposable {
  dispose(): void;
}

/** The engine's process ended while a request was under way. */
export class EngineDied extends Error {
  /**
   * @param reason exit code, signal, or what is known beyond that
   * @param doing what the engine was asked for
   */
  constructor(
    readonly reason: string,
    readonly doing: string,
  ) {
    super(`The engine stopped (${reason}) while ${doing}; it will start again with the next request.`);
    this.name = 'EngineDied';
  }
}

/** The end of the engine's process that nobody asked for. */
export interface EngineExit {
  /** Exit code, signal, or what is known beyond that. */
  reason: string;
  /** It had ended within the last minute, too: what is started anew by itself would end it again and again. */
  again: boolean;
}

/** A process of the engine and what is asked of it. */
interface Running {
  child: ChildProcess;
  connection: MessageConnection;
  pending: Set<{ method: Method; reject: (error: Error) => void }>;
  /** The end of what it wrote to stderr: tells of memory that ran out. */
  lastWords: string;
  /** Why it was killed, where we did it. */
  killedFor?: string;
  /** True once its end was told. */
  over?: boolean;
  /** Memory that it was started with, in MiB. */
  memoryMiB: number;
  watch?: NodeJS.Timeout;
}

const progressType = new ProgressType<ProgressNote>();
const usual = { memoryMiB: 4096, pingEveryMs: 5_000, hangAfterMs: 180_000 };
const LAST_WORDS = 16 * 1024;
/** Time for the process to end in order, once it is told to, before it is killed. */
const GRACE_MS = 2_000;
/** Between the loss of the connection and the news of the process's end there are only moments. */
const EXIT_MS = 1_500;
/** Two ends within this time are no chance, in milliseconds. */
const STEADY_MS = 60_000;

/**
 * The engine's process as the extension sees it: started by `warm` or the first request, and again after it died.
 * Errors of requests carry a `code`: `INPUT_ERROR_CODE` for the input's fault, `REQUEST_CANCELLED_CODE` after a cancellation.
 */
export class EngineClient implements Disposable {
  private running?: Running;
  private disposed = false;
  private lastProgress = 0;
  private readonly listeners = new Map<keyof EngineNotifications, Set<Listener<never>>>();
  private readonly exits = new Set<Listener<EngineExit>>();
  private lastExit = -Infinity;

  private options: EngineOptions;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /** Process number of the engine; undefined while none runs. */
  get pid(): number | undefined {
    return this.running?.child.pid;
  }

  /** What the engine says unasked; `engine/log` is also what it prints. */
  on<K extends keyof EngineNotifications>(
    notification: K,
    listener: Listener<EngineNotifications[K]>,
  ): Disposable {
    const known = this.listeners.get(notification) ?? new Set<Listener<never>>();
    this.listeners.set(notification, known);
    return listen<never>(known, listener as Listener<never>);
  }

  /** The process ended without being asked to. */
  onExit(listener: Listener<EngineExit>): Disposable {
    return listen(this.exits, listener);
  }

  /** Starts the process where none runs, so that the first request need not wait for it. */
  warm(): void {
    if (!this.disposed) this.running ??= this.start();
  }

  /**
   * Asks the engine for something.
   * @param token cancels the request; what is finished by then stays
   * @param onProgress told how far long work is
   * @throws EngineDied when its process ends before it answered
   */
  async request<K extends Method>(
    method: K,
    params: EngineRequests[K]['params'],
    token?: CancellationToken,
    onProgress?: (note: ProgressNote) => void,
  ): Promise<EngineRequests[K]['result']> {
    if (this.disposed) throw new EngineDied('it was closed', doing[method]);
    if (token?.isCancellationRequested) throw new ResponseError(REQUEST_CANCELLED_CODE, 'cancelled');
    const running = (this.running ??= this.start());
    const envelope: RequestEnvelope = { params };
    let progress: Disposable | undefined;
    if (onProgress) {
      envelope.progress = ++this.lastProgress;
      progress = running.connection.onProgress(progressType, envelope.progress, onProgress);
    }
    return new Promise<EngineRequests[K]['result']>((resolve, reject) => {
      const entry = { method, reject };
      running.pending.add(entry);
      this.watch(running);
      const settle = () => {
        running.pending.delete(entry);
        if (running.pending.size > 0) return;
        stopWatch(running);
        this.retireOutdated();
      };
      const tokens = token ? [token] : [];
      running.connection.sendRequest<EngineRequests[K]['result']>(method, envelope, ...tokens).then(
        (result) => {
          settle();
          resolve(result);
        },
        (error: Error) => {
          const fail = () => {
            settle();
            reject(error);
          };
          // What the connection says of a lost process is told better once it is known how the process ended.
          if (isOfTransport(error)) setTimeout(fail, EXIT_MS).unref();
          else fail();
        },
      );
    }).finally(() => progress?.dispose());
  }

  /**
   * Sets other limits. What a hang is counts from now on; another amount of memory needs another process, which takes over
   * with the first request after nothing is under way.
   */
  limit(limits: EngineLimits): void {
    this.options = { ...this.options, ...limits };
    this.retireOutdated();
  }

  /** Lets an idle process with other limits than those set go. */
  private retireOutdated(): void {
    const { running } = this;
    const { memoryMiB = usual.memoryMiB } = this.options;
    if (!running || running.pending.size > 0 || running.memoryMiB === memoryMiB) return;
    running.killedFor = 'it was given another limit';
    running.over = true;
    this.running = undefined;
    letGo(running.child);
    running.connection.dispose();
  }

  /** Ends the engine; requests that are under way are rejected. */
  dispose(): void {
    this.disposed = true;
    const { running } = this;
    if (!running) return;
    running.killedFor = 'it was closed';
    letGo(running.child);
    this.ended(running, 'it was closed');
  }

  private start(): Running {
    const { module, memoryMiB = usual.memoryMiB, networkHosts } = this.options;
    const env = { ...process.env };
    if (process.versions.electron) env.ELECTRON_RUN_AS_NODE = '1';
    const hosts = [env.APD_NETWORK_HOSTS, ...(networkHosts?.() ?? [])].filter(Boolean);
    if (hosts.length > 0) env.APD_NETWORK_HOSTS = hosts.join(',');
    const child = fork(module, [], {
      serialization: 'advanced',
      execPath: process.execPath,
      // Given whole, so that nothing of the host's own (a debugger's port) is inherited.
      execArgv: [`--max-old-space-size=${memoryMiB}`],
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const running: Running = { child, connection, pending: new Set(), lastWords: '', memoryMiB };
    connection.onNotification((method, note) => {
      this.told(method as keyof EngineNotifications, note as EngineNotifications[keyof EngineNotifications]);
    });
    // Its causes are told by the end of the process.
    connection.onError(() => undefined);
    connection.listen();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.printed('info', text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      running.lastWords = (running.lastWords + text).slice(-LAST_WORDS);
      this.printed('error', text);
    });
    child.once('error', (error) => this.ended(running, error.message));
    child.once('exit', (code, signal) => {
      if (this.running === running) this.running = undefined;
      // What it printed last may still be on its way.
      const done = () => this.ended(running, endOf(running, code, signal));
      const latest = setTimeout(done, 500);
      child.once('close', () => {
        clearTimeout(latest);
        done();
      });
    });
    return running;
  }

  private told(
    method: keyof EngineNotifications,
    note: EngineNotifications[keyof EngineNotifications],
  ): void {
    tell((this.listeners.get(method) ?? new Set()) as Set<Listener<typeof note>>, note);
  }

  private printed(level: 'info' | 'error', text: string): void {
    for (const line of text.split('\n')) {
      if (line.trim() !== '') this.told('engine/log', { level, text: line });
    }
  }

  /** Rejects what was asked, once. */
  private ended(running: Running, reason: string): void {
    if (running.over) return;
    running.over = true;
    if (this.running === running) this.running = undefined;
    stopWatch(running);
    for (const { method, reject } of running.pending) reject(new EngineDied(reason, doing[method]));
    running.pending.clear();
    running.connection.dispose();
    if (this.disposed) return;
    const now = Date.now();
    const again = now - this.lastExit < STEADY_MS;
    this.lastExit = now;
    tell(this.exits, { reason, again });
  }

  /** Asks for a sign of life from time to time. Counts its own ticks: after a sleep of the machine none were missed. */
  private watch(running: Running): void {
    if (running.watch) return;
    const { pingEveryMs = usual.pingEveryMs } = this.options;
    let waiting = false;
    let waitedMs = 0;
    running.watch = setInterval(() => {
      if (waiting) {
        waitedMs += pingEveryMs;
        if (waitedMs < (this.options.hangAfterMs ?? usual.hangAfterMs)) return;
        running.killedFor = `no sign of life for ${Math.round(waitedMs / 1000)} s`;
        running.child.kill('SIGKILL');
        return;
      }
      waiting = true;
      waitedMs = 0;
      const answered = () => {
        waiting = false;
      };
      running.connection.sendRequest('engine/info', { params: {} }).then(answered, answered);
    }, pingEveryMs);
    running.watch.unref();
  }
}

/** The engine as far as who only asks needs it. */
export type Requests = Pick<EngineClient, 'request'>;

function listen<T>(listeners: Set<Listener<T>>, listener: Listener<T>): Disposable {
  listeners.add(listener);
  return { dispose: () => listeners.delete(listener) };
}

function tell<T>(listeners: Set<Listener<T>>, value: T): void {
  for (const listener of listeners) listener(value);
}

/** Ends a process in order, or by force where it does not end. */
function letGo(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

function stopWatch(running: Running): void {
  clearInterval(running.watch);
  running.watch = undefined;
}

/** True for errors of the transport: the engine's own have other codes. */
function isOfTransport(error: Error): boolean {
  const { code } = error as Partial<ResponseError>;
  return (
    code === undefined || (code <= ErrorCodes.ConnectionInactive && code >= ErrorCodes.MessageWriteError)
  );
}

function endOf(running: Running, code: number | null, signal: NodeJS.Signals | null): string {
  if (running.killedFor) return running.killedFor;
  if (/out of memory|allocation failed/i.test(running.lastWords)) return 'out of memory';
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
