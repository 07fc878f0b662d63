import path from 'node:path';
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';
import { InputError } from '../../core/errors';
import { registerWasmKernels } from './kernels/register';
import {
  loadNativePackage,
  nativeBackendStatus,
  NATIVE_PACKAGE,
  type NativeBackendStatus,
} from './nativeBackend';
import type { TensorBackendChoice, TensorEngine, Tensorflow } from './tensorflow';
import { wordedFor } from '../../core/audience';

/** Where else the native backend is looked for. */
export interface LoadOptions {
  /** Folders after the program's own that the user named: their code runs. */
  searchFolders?: string[];
}

/** A backend that computes, or why it does not. */
type Attempt = { engine: TensorEngine } | { failure: string };

let tensorflow: Promise<Tensorflow> | undefined;
let last: Promise<unknown> = Promise.resolve();
const engines = new Map<string, TensorEngine>();

/** TensorFlow.js itself, without a backend; loaded once, on first use, because it is not small. */
function loadCore(): Promise<Tensorflow> {
  tensorflow ??= import('./packages').then(({ core }) => core);
  return tensorflow;
}

/** The first line of what a package said. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0].trim();
}

async function startNative(tf: Tensorflow, status: NativeBackendStatus): Promise<Attempt> {
  if (status.state === 'absent') return { failure: `${NATIVE_PACKAGE} is not installed` };
  if (status.state === 'broken') {
    return { failure: `${NATIVE_PACKAGE} in ${status.folder} cannot be used: ${status.reason}` };
  }
  try {
    loadNativePackage(status.folder);
    if (!(await tf.setBackend('tensorflow'))) return { failure: `${NATIVE_PACKAGE} does not start here` };
  } catch (error) {
    return { failure: `${NATIVE_PACKAGE} in ${status.folder} does not load (${messageOf(error)})` };
  }
  return {
    engine: {
      tf,
      backend: {
        name: 'tfjs-node',
        version: status.version,
        reason: `it is installed in ${status.folder}`,
      },
    },
  };
}

/** Events whose listeners the loader of the WebAssembly backend adds to: it wants to decide what happens to stray errors. */
const errorEvents = ['uncaughtException', 'unhandledRejection'];

/** Starts a backend, and takes away what it adds to the process's handling of errors that nobody caught. */
async function keepingErrorHandlers<Result>(start: () => Promise<Result>): Promise<Result> {
  const emitter: NodeJS.EventEmitter = process;
  const before = errorEvents.map((event) => emitter.listeners(event));
  try {
    return await start();
  } finally {
    errorEvents.forEach((event, k) => {
      for (const listener of emitter.listeners(event)) {
        if (!before[k].includes(listener)) emitter.removeListener(event, listener as () => void);
      }
    });
  }
}

async function startWasm(tf: Tensorflow): Promise<Attempt> {
  const { setWasmPaths, version_wasm: version } = await import('./packages');
  const simd = path.join(__dirname, simdWasm);
  if (!tf.findBackend('wasm')) {
    setWasmPaths({
      'tfjs-backend-wasm.wasm': path.join(__dirname, plainWasm),
      'tfjs-backend-wasm-simd.wasm': simd,
      // Never opened: the backend has no threads in Node. But the map has to name it.
      'tfjs-backend-wasm-threaded-simd.wasm': simd,
    });
  }
  registerWasmKernels(tf);
  const started = await keepingErrorHandlers(() => tf.setBackend('wasm'));
  if (!started) return { failure: 'WebAssembly does not start here' };
  return { engine: { tf, backend: { name: 'tfjs-wasm', version, reason: '' } } };
}

async function startCpu(tf: Tensorflow): Promise<Attempt> {
  const { version_cpu: version } = await import('./packages');
  if (!(await tf.setBackend('cpu'))) return { failure: 'the backend in plain JavaScript does not start' };
  return { engine: { tf, backend: { name: 'tfjs-cpu', version, reason: '' } } };
}

/** What to do about a native backend that is not there. */
function nativeAdvice(): string {
  const install = wordedFor({
    commandLine: `npm install ${NATIVE_PACKAGE}@4.22.0 in a folder that --native names`,
    window: '“APD: Install Native Backend”',
  });
  return `install it (${install}), or choose 'auto' or 'wasm'`;
}

/** Starts the backend that was asked for. */
async function startChosen(
  tf: Tensorflow,
  choice: Exclude<TensorBackendChoice, 'auto'>,
  status: NativeBackendStatus,
): Promise<TensorEngine> {
  const starters = {
    node: () => startNative(tf, status),
    wasm: () => startWasm(tf),
    cpu: () => startCpu(tf),
  };
  const attempt = await starters[choice]();
  const source = `backend '${choice}'`;
  if ('failure' in attempt) {
    const advice = choice === 'node' ? nativeAdvice() : "choose 'auto' or another backend";
    throw new InputError(source, `${attempt.failure}: ${advice}`);
  }
  return withReason(attempt.engine, `${source} was asked for`);
}

/** Starts the first backend there is: native, WebAssembly, plain JavaScript. */
async function startFirst(tf: Tensorflow, status: NativeBackendStatus): Promise<TensorEngine> {
  const native = await startNative(tf, status);
  if ('engine' in native) return native.engine;
  const wasm = await startWasm(tf);
  if ('engine' in wasm) {
    return withReason(
      wasm.engine,
      `${native.failure}; WebAssembly is the fastest that comes with the product`,
    );
  }
  const cpu = await startCpu(tf);
  if ('engine' in cpu) return withReason(cpu.engine, `${native.failure}; ${wasm.failure}`);
  throw new InputError("backend 'auto'", `${native.failure}; ${wasm.failure}; ${cpu.failure}`);
}

function withReason({ tf, backend }: TensorEngine, reason: string): TensorEngine {
  return { tf, backend: { ...backend, reason } };
}

/** The name by which TensorFlow.js knows a backend. */
const registeredNames: Record<string, string> = {
  'tfjs-node': 'tensorflow',
  'tfjs-wasm': 'wasm',
  'tfjs-cpu': 'cpu',
};

async function switchTo(choice: TensorBackendChoice, folders: string[]): Promise<TensorEngine> {
  const tf = await loadCore();
  const status = nativeBackendStatus(folders, tf.version_core);
  // One that was installed meanwhile makes another choice of the same words.
  const key = JSON.stringify([choice, choice === 'auto' || choice === 'node' ? status : undefined]);
  let engine = engines.get(key);
  if (!engine) {
    engine = await (choice === 'auto' ? startFirst(tf, status) : startChosen(tf, choice, status));
    engines.set(key, engine);
  }
  const name = registeredNames[engine.backend.name];
  if (tf.getBackend() !== name) await tf.setBackend(name);
  return engine;
}

/**
 * TensorFlow.js with the backend asked for, or with the first that there is: native code where
 * `@tensorflow/tfjs-node` is installed beside the program or in one of the folders, else WebAssembly, else plain
 * JavaScript. A process has one backend at a time: the same choice gives the same engine again, another one switches
 * (tensors of the former backend are moved when they are used). Calls are served in order.
 * @throws InputError when the backend asked for cannot be had, with what to do
 */
export function loadTensorflow(
  choice: TensorBackendChoice,
  { searchFolders = [] }: LoadOptions = {},
): Promise<TensorEngine> {
  const result = last.then(() => switchTo(choice, searchFolders));
  // A failed call is its caller's to handle; the next one starts afresh.
  last = result.catch(() => undefined);
  return result;
}
