/** Files of a dataset, and what of them is meant. */
export interface DatasetParams {
  data: string[];
  labels?: string[];
  /** Label column of a table; false for none. */
  labelColumn?: string | false;
  /** Columns of a table that are the features, in this order; all others when left out. */
  features?: string[];
  /** Names of the classes in the model's order; found out when left out. */
  classes?: string[];
  /** How the images of a folder are brought to one size: `256`, `224x192`. */
  resize?: string;
  crop?: string;
}

/** A dataset that is asked about. */
export interface DescribeParams extends DatasetParams {
  /** Model that it is for. */
  model: string;
  /** Bytes that its first file may have: larger ones are not read only to be described. */
  mostBytes: number;
}

/** What a dataset is taken for, to be looked at before it is recorded. */
export interface DatasetDescription {
  /** Columns of a table. */
  columns?: { name: string; role: 'feature' | 'label' | 'left out' }[];
  /** Classes that have names, and whether those are in the order of the alphabet because nobody gave another. */
  classes?: { names: string[]; sorted: boolean };
  /** Sizes of the images of a folder, where they have several: the smallest, the largest, and what the model takes. */
  sizes?: { smallest: ImageSides; largest: ImageSides; wanted?: ImageSides };
  /** What is wrong with it. */
  problem?: string;
}

/** Sides of an image. */
export interface ImageSides {
  height: number;
  width: number;
}

/** Models to record into a run. */
export interface RecordParams extends DatasetParams {
  models: string[];
  scale?: string;
  mean?: string;
  std?: string;
  take?: number;
  output?: string;
  /** `sign`: smooth activations are recorded by the sign of their pre-activation. */
  smooth?: 'sign';
  backend: 'auto' | 'node' | 'wasm';
  out: string;
  name: string;
  force: boolean;
}
