/** A training to run. Either `config` starts one, or `run` is gone on with. */
export interface TrainParams {
  /** Absolute path of a configuration (`*.apd.json`). */
  config?: string;
  /** Run folder to go on with, after its last whole epoch. */
  run?: string;
  /** Run folder of a new training, where it is not to be the one that the configuration names. */
  out?: string;
  /** Epochs in all, instead of those that the configuration, or the run so far, names. */
  epochs?: number;
  /** Replace the run that is in the folder. */
  force?: boolean;
  /** Backend, instead of the configuration's. */
  backend?: 'auto' | 'node' | 'wasm' | 'cpu';
  /** Folders besides the program's own in which the native backend may be installed. */
  backendFolders: string[];
}

/** How a training ended. */
export interface TrainResult {
  folder: string;
  /** Whole epochs that are trained. */
  epoch: number;
  snapshots: number;
  /** `early`: by early stopping. */
  ended: 'finished' | 'early' | 'stopped';
  accuracy?: number;
}

/** Where a training stands, told some times a second. */
export interface TrainingProgress {
  folder: string;
  name: string;
  phase: 'preparing' | 'training' | 'snapshot' | 'paused';
  /** Epoch that is being trained, from 1 on; 0 before the first. */
  epoch: number;
  epochs: number;
  /** Steps done in this epoch. */
  step: number;
  steps: number;
  /** Means over the batches of this epoch so far. */
  loss?: number;
  accuracy?: number;
  secondsLeft?: number;
  /** What computes, once it is known. */
  backend?: string;
}

/** How the training of a run folder stands. */
export interface TrainingInfo {
  folder: string;
  /** `broken`: it says it runs, but no process does. */
  status: 'running' | 'stopped' | 'finished' | 'failed' | 'broken';
  epoch: number;
  epochs: number;
  message?: string;
  /** Configuration of the run, absolute. */
  config: string;
}

/** Something wrong with a configuration, with 1-based line and column. */
export interface ConfigurationProblem {
  message: string;
  line: number;
  column: number;
  length: number;
  severity: 'error' | 'warning';
}

/** Requests of the engine that are about training. */
export interface TrainingRequests {
  /** Trains until it is done; cancelling it stops it. */
  'training/run': { params: TrainParams; result: TrainResult };
  /** Holds the training that is under way, or lets it go on. */
  'training/pause': { params: { paused: boolean }; result: { paused: boolean } };
  /** How the trainings of run folders stand; folders that were not trained here are left out. */
  'training/info': { params: { folders: string[] }; result: TrainingInfo[] };
  /** Makes a run of its own of the snapshots up to one after a whole epoch, to go on from there. */
  'training/branch': {
    params: { folder: string; snapshot: number; out: string };
    result: { folder: string };
  };
  /** What is wrong with the text of a configuration, beyond what its schema tells. */
  'training/check': {
    params: { file: string; text: string };
    result: { problems: ConfigurationProblem[]; out?: string };
  };
  /** A commented configuration for a dataset. */
  'training/starter': { params: { data: string; labels?: string }; result: { text: string } };
  /** Where the native backend is installed, if it is, and how it would be installed into a folder. */
  'training/native': {
    params: { folders: string[]; installInto: string };
    result: {
      installed: boolean;
      version?: string;
      folder?: string;
      reason: string;
      install: { program: string; args: string[]; folder: string; shell: boolean };
    };
  };
}

/** What the engine says unasked about trainings. */
export interface TrainingNotifications {
  'training/progress': TrainingProgress;
  /** A run folder was made for a training, with no snapshot yet. */
  'training/started': { folder: string };
}
