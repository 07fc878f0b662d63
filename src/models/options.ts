import type { OutputKind } from '../core/patterns/outcome';

/** Which engine runs a model: `auto` takes the native one where it loads, else WebAssembly. */
export type BackendChoice = 'auto' | 'node' | 'wasm';

/** How a model is opened. */
export interface ModelOptions {
  /** Engine to run it with; `auto` when left out. */
  backend?: BackendChoice;
  /** Threads of the engine; its own choice when left out. For `wasm` the first model opened decides. */
  threads?: number;
  /** Name of the output that holds the classes; found by its shape when left out. */
  output?: string;
  /** `sign`: of smooth activations (GELU, SiLU, …) the sign of the pre-activation is recorded; they are left out otherwise. */
  smooth?: 'sign';
  /** What the output is read as; found by its shape and the labels when left out. */
  outputAs?: OutputKind;
  /** Different classes among the labels of the data, 0 where it has none; left out where that is not known. */
  labelClasses?: number;
  /**
   * Shape of one instance in the data, for models that leave axes other than the batch open. Where one axis is open
   * the number of values suffices, so a flat shape will do.
   */
  instanceShape?: readonly number[];
  /** Shapes of one instance by the name of the input, where the data has numbers for several. */
  inputShapes?: readonly InputShape[];
}

/** What the data has for one of several inputs of a model. */
export interface InputShape {
  name: string;
  /** Shape of one instance. */
  shape: readonly number[];
}
