/** Models to record into a run. */
export interface RecordParams {
  models: string[];
  data: string[];
  labels?: string[];
  labelColumn?: string | false;
  /** Names of the classes in the model's order. */
  classes?: string[];
  /** Sizes that images are brought to, as `256` or `224x192`. */
  resize?: string;
  crop?: string;
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
