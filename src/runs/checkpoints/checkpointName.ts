import { naturalOrder } from '../../data/naturalOrder';

/**
 * The way in which a checkpoint is named. `number`: by a number that may be of an epoch or of a step; `time`: by a date or a
 * time, which only tells the order.
 */
export type CheckpointNaming =
  'lightning' | 'keras' | 'huggingface' | 'epoch' | 'step' | 'number' | 'time' | 'none';

/** What the name of a checkpoint tells. */
export interface CheckpointNumbers {
  naming: CheckpointNaming;
  epoch?: number;
  step?: number;
  /** A date or time as a number that grows with it, only comparable among names written alike. */
  time?: number;
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
const stepPattern =
  /(?<![a-z])(?:global_?step|step|iter(?:ation)?|updates?)s?[=_-]?(\d{1,15}(?:[km](?![a-z\d]))?)/i;
const huggingFacePattern = /(?<![a-z])checkpoint-(\d{1,15}(?:[km])?)$/i;
/** Keras' own suggestion, `{epoch:02d}-{val_loss:.2f}`. */
const kerasPattern = /(?:^|[._-])(\d{1,15})-\d{1,15}\.\d{1,15}$/;
const decimal = /\d{1,15}\.\d{1,15}/g;
/** A date of this century or the last decades of the one before, with the time of the day where it follows. */
const datePattern =
  /(?<!\d)((?:19[89]|20\d)\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[T_-]?([01]\d|2[0-3])[-_.h]?([0-5]\d)(?:[-_.m]?([0-5]\d))?)?(?:[-_.]?\d{3,6})?Z?(?!\d)/;
/** Seconds or milliseconds since 1970, of 2008 to 2040. */
const clockPattern = /(?<!\d)(1[2-9]\d{8}|2[01]\d{8})(\d{3})?(?!\d)/;

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
  const time = timeIn(stem);
  if (time) {
    const other = lastNumber(stem.replace(time.text, ' '));
    return other ? { ...other, time: time.value } : { naming: 'time', time: time.value };
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
  if (!match) return undefined;
  const unit = /[km]$/i.exec(match[1])?.[0].toLowerCase();
  return unit ? Number(match[1].slice(0, -1)) * (unit === 'k' ? 1e3 : 1e6) : Number(match[1]);
}

/** A date or time in a name: 2026-05-24, 20260524_011900, 20260524011900, or seconds since 1970. */
function timeIn(text: string): { text: string; value: number } | undefined {
  const date = datePattern.exec(text);
  if (date) {
    const [all, year, , month, day, hour = '00', minute = '00', second = '00'] = date;
    return { text: all, value: Number(`${year}${month}${day}${hour}${minute}${second}`) };
  }
  const clock = clockPattern.exec(text);
  return clock ? { text: clock[0], value: Number(clock[0]) } : undefined;
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
 * Indices of checkpoints in the order in which they were written, as far as it can be told: by epoch, then step, then the
 * time in the name, then that of modification, then name in natural order. Those without numbers come last.
 */
export function inTrainingOrder(checkpoints: readonly Checkpoint[]): number[] {
  const keys = checkpoints.map((checkpoint) => {
    const { epoch, step, time } = numbersOfCheckpoint(checkpoint);
    return { epoch: epoch ?? (step === undefined ? Infinity : 0), step: step ?? 0, time: time ?? Infinity };
  });
  // A difference of infinities is no number.
  const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
  return checkpoints
    .map((_, index) => index)
    .sort(
      (a, b) =>
        compare(keys[a].epoch, keys[b].epoch) ||
        compare(keys[a].step, keys[b].step) ||
        compare(keys[a].time, keys[b].time) ||
        compare(checkpoints[a].modified ?? 0, checkpoints[b].modified ?? 0) ||
        naturalOrder(checkpoints[a].name, checkpoints[b].name),
    );
}
