/** Where an instance stands in the user's files. */
export interface InstancePlace {
  /** Path of the file, as the user named it (for a folder of images the image itself). */
  file: string;
  /** 1-based line, where the file has lines. */
  line?: number;
  /** 0-based position within the file, where it has rows. */
  index?: number;
  /** Array inside an archive, e.g. `x` of an `.npz`. */
  member?: string;
}

/** How the axes of one instance are meant, as far as the file tells. */
export type AxisOrder = 'flat' | 'HW' | 'HWC' | 'CHW' | 'unknown';

/** What a dataset has for one of several inputs of a model. */
export interface InputFeatures {
  readonly name: string;
  /** Shape of one instance. */
  readonly shape: readonly number[];
  /** The file, or the array of an archive, that it has alone. */
  readonly path?: string;
}

/** The numbers of a dataset, read batch by batch; nothing but the file's own bytes is kept. */
export interface Features {
  /** Number of instances. */
  readonly count: number;
  /** Shape of one instance, e.g. [784] or [28, 28]. */
  readonly shape: readonly number[];
  readonly axes: AxisOrder;
  /** Inputs of a model that `shape` holds the numbers of, one after the other; absent for one. */
  readonly inputs?: readonly InputFeatures[];
  /**
   * Copies whole instances into `out`, one after the other, row-major, unscaled.
   * @throws InputError naming file, place and column of the first value that is NaN or infinite
   */
  read(indices: ArrayLike<number>, out: Float32Array | Float64Array): Promise<void>;
  /** Where an instance comes from. */
  place(index: number): InstancePlace;
}

/** The labels of a dataset as class indices. */
export interface Labels {
  /** One class index an instance. */
  readonly values: Int32Array;
  /** Names of the classes, by index. */
  readonly classes: readonly string[];
  /** True where the classes were integers in the file, so that index and integer are the same number. */
  readonly numeric: boolean;
  /** The labels themselves where they are numbers that are no classes (targets of a regression); `values` are 0 then. */
  readonly targets?: Float32Array;
  /** True where the user gave the classes in their order. */
  readonly given?: boolean;
  /** True where each class is a set of labels, several of which an instance may have: `1+4`. */
  readonly sets?: boolean;
}

/** A named part of a dataset: `of[i]` is the split of instance i. */
export interface Splits {
  readonly names: readonly string[];
  readonly of: Uint8Array;
}

/** A dataset as opened: instances in file order, with labels and splits where there are any. */
export interface Dataset {
  readonly features: Features;
  readonly labels?: Labels;
  readonly splits?: Splits;
  /**
   * For every row in use, its number in the file (all of them: 0, 1, 2, …). `--take` and `--sample` shorten it;
   * the instance numbers of a run are these.
   */
  readonly instances: Int32Array;
  /** Files it was read from, with their SHA-256 (hexadecimal). */
  readonly sources: readonly { path: string; sha256: string }[];
  /** The columns, where it is a single table. */
  readonly columns?: readonly { name: string; role: 'feature' | 'label' | 'left out' }[];
  /** What was assumed or left out while reading, in sentences for the user. */
  readonly notices: readonly string[];
}
