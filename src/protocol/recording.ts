/** Models to record into a run. */
export interface RecordParams {
  models: string[];
  data: string[];
  labels?: string[];
  labelColumn?: string | false;
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
