import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import type { BackendChoice } from '../options';
import type { Backend } from '../runner';
import type { ExternalFile } from './proto/externalData';

/** The part of ONNX Runtime's JavaScript interface that both of its packages share. */
interface OnnxRuntime {
  InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  Tensor: TensorConstructor;
  env: {
    logLevel?: string;
    versions: { node?: string; web?: string };
    wasm: { numThreads?: number };
  };
}

/** How the two packages are loaded. */
export interface EngineLoaders {
  node: () => Promise<unknown>;
  wasm: () => Promise<unknown>;
}

/** The packages themselves, loaded when a model is first opened: neither is small. */
const packages: EngineLoaders = {
  node: () => import('onnxruntime-node'),
  wasm: () => import('onnxruntime-web'),
};

/** An engine that is ready to open models. */
export interface OnnxBackend {
  backend: Backend;
  /** Runs that may be under way at once: WebAssembly computes on the calling thread, so more would only wait. */
  concurrency: number;
  /** Opens a model. Rejects with the engine's own error. */
  open(bytes: Uint8Array, externalData: ExternalFile[], threads?: number): Promise<InferenceSession>;
  /** Makes a tensor of the engine. */
  tensor(type: string, data: TensorValues, dims: number[]): Tensor;
}

/** Arrays that hold the elements of a tensor; half floats as their bit patterns. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array;

/** WebAssembly gains little from more threads than this, which is ONNX Runtime's own limit too. */
const MOST_WASM_THREADS = 4;

/** The first line of what an engine said, without its source paths and prefixes. */
export function engineMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^.*?ERROR_MESSAGE: /s, '')
    .replace(/^\S+\.(?:cc|h):\d+ [^\n]*?\) (?=[A-Z])/, '')
    .trim()
    .split('\n')[0];
}

/** A module's exports, whether it was written as an ES module or not. */
function exportsOf(loaded: unknown): OnnxRuntime {
  const outer = loaded as Partial<OnnxRuntime> & { default?: OnnxRuntime };
  return outer.InferenceSession ? (outer as OnnxRuntime) : outer.default!;
}

/** Wraps one package. Both register themselves with one common part, so the provider says which is meant. */
function engineOf(runtime: OnnxRuntime, kind: 'node' | 'wasm', reason: string): OnnxBackend {
  // Errors are thrown; their copy on stderr would only disturb.
  runtime.env.logLevel = 'fatal';
  const native = kind === 'node';
  return {
    backend: {
      name: native ? 'onnxruntime-node' : 'onnxruntime-web',
      version: runtime.env.versions[native ? 'node' : 'web'] ?? 'unknown',
      reason,
    },
    concurrency: native ? 2 : 1,
    open(bytes, externalData, threads) {
      const options: InferenceSession.SessionOptions = {
        executionProviders: [native ? 'cpu' : 'wasm'],
        logSeverityLevel: 4,
        ...(externalData.length ? { externalData } : {}),
      };
      if (native) {
        if (threads !== undefined) options.intraOpNumThreads = threads;
      } else {
        runtime.env.wasm.numThreads = threads ?? Math.min(MOST_WASM_THREADS, availableParallelism());
      }
      return runtime.InferenceSession.create(bytes, options);
    },
    tensor: (type, data, dims) => new runtime.Tensor(type as 'float32', data as Float32Array, dims),
  };
}

/** Loads one package. */
async function load(
  kind: 'node' | 'wasm',
  loaders: EngineLoaders,
  reason: string,
): Promise<OnnxBackend | { failure: string }> {
  try {
    return engineOf(exportsOf(await loaders[kind]()), kind, reason);
  } catch (error) {
    return { failure: engineMessage(error) };
  }
}

/**
 * Loads ONNX Runtime: the native package where its binary loads, else the WebAssembly one; or the one asked for.
 * @throws InputError when the one asked for, or neither, loads
 */
export async function loadOnnxBackend(
  choice: BackendChoice,
  loaders: EngineLoaders = packages,
): Promise<OnnxBackend> {
  if (choice !== 'auto') {
    const engine = await load(choice, loaders, `engine '${choice}' was asked for`);
    if (!('failure' in engine)) return engine;
    const name = choice === 'node' ? 'onnxruntime-node' : 'onnxruntime-web';
    throw new InputError(`engine '${choice}'`, `${name} does not load here (${engine.failure})`);
  }
  const native = await load('node', loaders, 'the native engine loads here and is the fastest');
  if (!('failure' in native)) return native;
  const wasm = await load('wasm', loaders, `onnxruntime-node does not load here (${native.failure})`);
  if (!('failure' in wasm)) return wasm;
  throw new InputError(
    "engine 'auto'",
    `neither onnxruntime-node (${native.failure}) nor onnxruntime-web (${wasm.failure}) loads here`,
  );
}
