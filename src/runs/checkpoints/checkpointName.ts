import { naturalOrder } from '../../data/naturalOrder';

/** The way in which a checkpoint is named. `number`: by a number that may be of an epoch or of a step. */
export type CheckpointNaming = 'lightning' | 'keras' | 'huggingface' | 'epoch' | 'step' | 'number' | 'none';

/** What the name of a checkpoint tells. */
export interface CheckpointNumbers {
  naming: CheckpointNaming;
  epoch?: number;
  step?: number;
  /** The number that the first epoch has in names of this kind; absent where that is the author's own choice. */
  firstEpoch?: 0 | 1;
}

const extension = /\.(?:onnx|h5|hdf5|keras|json|ckpt|pth?|safetensors|bin|pb|tflite|npz)$/i;
const kerasExtension = /\.(?:keras|h5|hdf5)$/i;
/** Names that say nothing, so that the folder's counts: `checkpoint-500/model.onnx`. */
const plainName =
  /^(?:(?:pytorch_|saved_|tf_)?model|network|net|weights|checkpoint|adapter_model|variables)$/i;

/** Whole epochs, and fractions as runs made here name their folders (`epoch-0000.25`). */
const epochPattern = /(?<![a-z])ep(?:och)?[=_-]?(\d{1,15}(?:\.\d{1,6}(?![\d.]))?)/i;
const stepPattern = /(?<![a-z])(?:global_?step|step|iter(?:ation)?)s?[=_-]?(\d{1,15})/i;
const huggingFacePattern = /(?<![a-z])checkpoint-(\d{1,15})$/i;
/** Keras' own suggestion, `{epoch:02d}-{val_loss:.2f}`. */
const kerasPattern = /(?:^|[._-])(\d{1,15})-\d{1,15}\.\d{1,15}$/;
const decimal = /\d{1,15}\.\d{1,15}/g;

/**
 * Reads epoch and step from the name of a checkpoint, or of the folder it lies in where its own says nothing:
 * `epoch-003.onnx`, `model.03-0.21.h5`, `epoch=3-step=1200.onnx`, `checkpoint-500/model.onnx`, `epoch-0003/model.json`.
 * An explicit epoch or step comes before the last whole number in the name.
 * @param path file or folder, with `/` or `\`
 */
export function readCheckpointName(path: string): CheckpointNumbers {
  const parts = path.slice(-500).split(/[\\/]/).filter(Boolean);
  const file = parts.at(-1) ?? '';
  const stem = stemOf(file);
  const found = explicit(stem, kerasExtension.test(file));
  if (found) return found;
  const folder = parts.at(-2);
  if (folder !== undefined) {
    const outer = explicit(stemOf(folder), false);
    if (outer) return outer;
  }
  return (
    lastNumber(stem) ??
    (folder !== undefined && plainName.test(stem) ? lastNumber(folder) : undefined) ??
    none()
  );
}

function none(): CheckpointNumbers {
  return { naming: 'none' };
}

/** Without extensions, and without the `-v1` that Lightning adds where the name is taken. */
function stemOf(name: string): string {
  return name
    .replace(extension, '')
    .replace(/\.weights$/i, '')
    .replace(/-v\d{1,6}$/i, '');
}

function explicit(stem: string, ofKeras: boolean): CheckpointNumbers | undefined {
  const epoch = numberIn(epochPattern, stem);
  const step = numberIn(stepPattern, stem);
  if (epoch !== undefined && step !== undefined) return { naming: 'lightning', epoch, step, firstEpoch: 0 };
  if (epoch !== undefined) return { naming: 'epoch', epoch, ...(ofKeras ? { firstEpoch: 1 } : {}) };
  if (step !== undefined) return { naming: 'step', step };
  const checkpoint = numberIn(huggingFacePattern, stem);
  if (checkpoint !== undefined) return { naming: 'huggingface', step: checkpoint };
  const keras = numberIn(kerasPattern, stem);
  return keras === undefined ? undefined : { naming: 'keras', epoch: keras, firstEpoch: 1 };
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const match = pattern.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** The last whole number, as an epoch until the log says otherwise. Numbers with a point are values of metrics. */
function lastNumber(stem: string): CheckpointNumbers | undefined {
  const last = stem
    .replaceAll(decimal, ' ')
    .match(/\d{1,15}/g)
    ?.at(-1);
  return last === undefined ? undefined : { naming: 'number', epoch: Number(last) };
}

/** A checkpoint of a series. */
export interface Checkpoint {
  /** Path, relative to the folder of the series or not. */
  name: string;
  /** When known otherwise than by the name. */
  epoch?: number;
  step?: number;
  /** Milliseconds since 1970; only decides between equal numbers. */
  modified?: number;
}

/** What a checkpoint's name tells, or its own numbers where it has some. */
export function numbersOfCheckpoint({ name, epoch, step }: Checkpoint): CheckpointNumbers {
  if (epoch === undefined && step === undefined) return readCheckpointName(name);
  return { naming: epoch === undefined ? 'step' : 'epoch', epoch, step };
}

/**
 * Indices of checkpoints in the order in which they were written, as far as it can be told: by epoch, then step, then time
 * of modification, then name in natural order. Those without numbers come last.
 */
export function inTrainingOrder(checkpoints: readonly Checkpoint[]): number[] {
  const keys = checkpoints.map((checkpoint) => {
    const { epoch, step } = numbersOfCheckpoint(checkpoint);
    return { epoch: epoch ?? (step === undefined ? Infinity : 0), step: step ?? 0 };
  });
  // A difference of infinities is no number.
  const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
  return checkpoints
    .map((_, index) => index)
    .sort(
      (a, b) =>
        compare(keys[a].epoch, keys[b].epoch) ||
        compare(keys[a].step, keys[b].step) ||
        compare(checkpoints[a].modified ?? 0, checkpoints[b].modified ?? 0) ||
        naturalOrder(checkpoints[a].name, checkpoints[b].name),
    );
}
