import { isMainThread } from 'node:worker_threads';
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
import { speakTo } from '../core/audience';
import { InputError } from '../core/errors';
import { visibleText } from '../core/visibleText';
import {
  INPUT_ERROR_CODE,
  REQUEST_CANCELLED_CODE,
  type EngineRequests,
  type ProgressNote,
  type RequestEnvelope,
} from '../protocol/engine';
import type { Handlers, Tell } from './work/handlers';
import { createEngineHandlers } from './engineHandlers';
import { serveObserver } from './training/snapshots/observerThread';
import type { Work } from './work/work';

const progressType = new ProgressType<ProgressNote>();
/** Progress is told this often at most. */
const PROGRESS_MS = 100;
/** Time for work to end in order when nobody is there any more to hear of it. */
const GRACE_MS = 1_000;

/** Answers requests over the channel to the process that forked this one, until that goes. */
function serve(): void {
  speakTo('window');
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const running = new Set<AbortController>();
  const tell: Tell = (method, note) => void connection.sendNotification(method, note);
  const service = createEngineHandlers(tell);
  for (const method of Object.keys(service) as (keyof EngineRequests)[]) {
    connection.onRequest(method, (envelope: RequestEnvelope, token: CancellationToken) =>
      answer({ connection, service, tell, running }, method, envelope, token),
    );
  }
  process.on('disconnect', () => {
    for (const controller of running) controller.abort(cancelled());
    setTimeout(() => process.exit(0), running.size > 0 ? GRACE_MS : 0);
  });
  connection.listen();
}

/** What is needed to answer requests. */
interface Answering {
  connection: MessageConnection;
  service: Handlers;
  tell: Tell;
  /** Requests that are being answered. */
  running: Set<AbortController>;
}

async function answer<K extends keyof EngineRequests>(
  { connection, service, tell, running }: Answering,
  method: K,
  { params, progress }: RequestEnvelope,
  token: CancellationToken,
): Promise<unknown> {
  const controller = new AbortController();
  running.add(controller);
  const listening = token.onCancellationRequested(() => controller.abort(cancelled()));
  if (token.isCancellationRequested) controller.abort(cancelled());
  const work: Work = { signal: controller.signal };
  if (progress !== undefined) {
    work.onProgress = seldom((message, share) => {
      void connection.sendProgress(progressType, progress, { message, share });
    });
  }
  try {
    controller.signal.throwIfAborted();
    return await service[method](params as EngineRequests[K]['params'], work);
  } catch (error) {
    return responseError(error, method, tell, controller.signal);
  } finally {
    listening.dispose();
    running.delete(controller);
  }
}

function cancelled(): DOMException {
  return new DOMException('cancelled', 'AbortError');
}

/** The first call, and then one each tenth of a second at most. */
function seldom(tell: (message: string, share?: number) => void): (message: string, share?: number) => void {
  let last = -Infinity;
  return (message, share) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    tell(message, share);
  };
}

/** What the client is told of a failure: one line; the stack of a fault of the program goes to the log. */
function responseError(
  error: unknown,
  method: string,
  tell: Tell,
  signal: AbortSignal,
): ResponseError<unknown> {
  if (signal.aborted && (error === signal.reason || (error as Error)?.name === 'AbortError')) {
    return new ResponseError<unknown>(REQUEST_CANCELLED_CODE, 'cancelled');
  }
  if (error instanceof InputError) {
    const { source, problem, place } = error;
    return new ResponseError<unknown>(INPUT_ERROR_CODE, visibleText(error.message), {
      source,
      problem,
      place,
    });
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  tell('engine/log', { level: 'error', text: `${method}: ${failure.stack ?? failure.message}` });
  return new ResponseError<unknown>(ErrorCodes.InternalError, failure.message.split('\n')[0]);
}

// The engine's program is also that of the thread that takes patterns while a training goes on.
if (isMainThread) serve();
else void serveObserver();
