/** Numbers as an engine returns them. */
export type TensorData = Float32Array | Float64Array;

/** An activation layer of a model, in topological order. */
export interface ActivationLayer {
  /** Short and unique within the model, made from the name of the node or of its tensor. */
  name: string;
  /** The activation as the model has it: `Relu`, `LeakyRelu`, `Clip`, … */
  activation: string;
  /** Finite breakpoints, ascending: a unit's piece is how many of them are below its pre-activation. */
  breakpoints: number[];
  /** Shape of one instance's pre-activation, without the batch axis; -1 where only a run can tell. */
  shape: number[];
  /** Product of `shape`; 0 while unknown. */
  units: number;
}

/** An activation found in a model that has no pieces, so no pattern. */
export interface SkippedActivation {
  name: string;
  activation: string;
  reason: string;
}

/** Input of a model, without the batch axis. */
export interface ModelInput {
  /** Its name; of several those of all of them, with commas. */
  name: string;
  /** Shape of one instance; -1 for an axis that the model leaves open. */
  shape: number[];
  /** Element type as the model has it: `float32`, `float64`, `float16`, `uint8`, … */
  type: string;
  /** Rows that the model insists on for each batch; undefined when any number will do. */
  batch?: number;
  /** Inputs of a model that takes several: an instance is their numbers one after the other. */
  parts?: readonly InputPart[];
}

/** One of several inputs of a model. */
export interface InputPart extends Omit<ModelInput, 'batch' | 'parts'> {
  /** What all of its numbers are where the data has none for it. */
  constant?: number;
}

/** Which engine runs the model, and why that one. */
export interface Backend {
  name: string;
  version: string;
  reason: string;
}

/** Output of a model: what it says of each instance. */
export interface ModelOutput {
  name: string;
  /** `logits`: one number a class; `logit`: one number, its sign decides; `probability`: one number, above ½ is class 1; `class`: the class itself; `value`: numbers that are no classes; `labels`: any of several labels; `none`: nothing of the whole instance. */
  kind: 'logits' | 'logit' | 'probability' | 'class' | 'value' | 'labels' | 'none';
  /** Number of classes the output can name; undefined for `class`, and where it names none. */
  classes?: number;
  /** Names of the classes in the model's order, where it tells them. */
  classNames?: readonly string[];
  /** Numbers of one instance of a `value`, or labels. */
  columns?: number;
  /** A label is there where its number is above. */
  threshold?: number;
}

/** What one batch gave. The arrays are the caller's to keep. */
export interface BatchResult {
  /** Pre-activations, in the order of `layers`, each [rows, units], row-major, unchecked: packing finds NaN and ±Inf. */
  taps: TensorData[];
  /** Predicted class of each row; -1 where the output is NaN: which layer it comes from is found by packing. */
  predicted: Int32Array;
  /** [rows, columns], row-major: the numbers of a `value`, or 1 and 0 for labels that are there or not. `predicted` is 0 then. */
  values?: Float32Array;
  /** [rows, columns], row-major: the scores that the classes were read from; absent where the output is the class itself. */
  scores?: Float32Array;
}

/** What a model file holds, told without running it. */
export interface ModelDescription {
  /** File as the user named it. */
  path: string;
  sha256: string;
  input: ModelInput;
  output: ModelOutput;
  /** All outputs of the model by name; `output` is one of them. */
  outputs: string[];
  layers: ActivationLayer[];
  skipped: SkippedActivation[];
  /** What was assumed, in sentences for the user. */
  notices: string[];
}

/** "Run this batch, give me these taps." */
export interface ModelRunner extends ModelDescription {
  readonly backend: Backend;
  /**
   * Runs `rows` instances, given row-major in the model's own input shape. A batch smaller than a fixed one is padded,
   * a larger one is run in pieces. A call may be made before the last one has settled; results come in order.
   * @param lent the batch is not changed until the result is there, so that it need not be copied
   * @throws InputError when the engine fails, or gives something else than the model promised
   */
  run(batch: TensorData, rows: number, lent?: boolean): Promise<BatchResult>;
  /** Frees the engine's memory. */
  close(): Promise<void>;
}
