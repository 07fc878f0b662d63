import path from 'node:path';
import { inTrainingOrder, readCheckpointName, type CheckpointNumbers } from './checkpointName';

/** When in the training a snapshot was taken. */
export interface Moment {
  epoch: number;
  step?: number;
}

/** Models in the order of their snapshots. */
export interface ArrangedCheckpoints {
  files: string[];
  moments: Moment[];
  /** Models that are one of the others once more, as far as names tell, with the reason in words. */
  leftOut: { file: string; reason: string }[];
}

/** What is known besides the names. */
export interface ArrangeOptions {
  /** Whether the training's log tells epochs and no steps, so that `checkpoint-3` is of an epoch. */
  stepsAreEpochs?: boolean;
}

/** A model with what its name tells. */
interface Named extends CheckpointNumbers {
  file: string;
}

/** Words for a model that is a copy of another one, whatever number stands beside them. */
const copyWord =
  /(?<![a-z])(?:best|last|latest|final|backup|bak|copy|old|tmp|temp|current|swa|ema|min|max|top)(?![a-z])|\(\d+\)/i;

/**
 * Puts models into the order of the training and gives each its moment, as far as their names tell: by epoch (with the step,
 * where only both together tell them apart), by step (the epoch then being the place), or by a date or time. Models that tell
 * nothing new are left out where others are numbered: a second one of an epoch, `best`, `last`, a backup. Where names tell
 * nothing, or the same of many models, the order is the one given: 0, 1, 2, …
 */
export function arrangeCheckpoints(
  files: readonly string[],
  { stepsAreEpochs = false }: ArrangeOptions = {},
): ArrangedCheckpoints {
  const names = files.map((file): Named => {
    const told = readCheckpointName(file);
    const ofEpoch = stepsAreEpochs && told.naming === 'huggingface';
    return ofEpoch ? { file, naming: 'epoch', epoch: told.step } : { file, ...told };
  });
  // A number alone may be anything; of several it is at least their order.
  const series = files.length === 1 && names[0].naming === 'number' ? undefined : seriesOf(names);
  if (!series) return asGiven(files);
  const { kept, copies } = withoutCopies(series);
  if (copies.filter(({ file }) => !isCopy(file)).length * 2 >= kept.length && kept.length < names.length) {
    return asGiven(files);
  }
  const order = inTrainingOrder(kept.map(({ file, epoch, step }) => ({ name: file, epoch, step })));
  const sorted = order.map((index) => kept[index]);
  const others = names.filter((name) => !series.includes(name));
  return {
    files: sorted.map(({ file }) => file),
    moments: momentsOf(sorted),
    leftOut: [
      ...copies.map(({ file, of }) => ({ file, reason: `is of the same moment as ${path.basename(of)}` })),
      ...others.map(({ file }) => ({ file, reason: 'has no number as the others have' })),
    ],
  };
}

function asGiven(files: readonly string[]): ArrangedCheckpoints {
  return { files: [...files], moments: files.map((_, epoch) => ({ epoch })), leftOut: [] };
}

function isCopy(file: string): boolean {
  return copyWord.test(path.basename(file).replace(/\.[^.]*$/, ''));
}

/** Models whose numbers are of one kind: all, or nearly all besides copies. */
function seriesOf(names: readonly Named[]): Named[] | undefined {
  const explicit = names.filter(({ naming, epoch }) => epoch !== undefined && naming !== 'number');
  // Beside epochs that are named so, the number in `resnet50_best` is none.
  const isEpoch = ({ naming, epoch, file }: Named) =>
    epoch !== undefined && !(explicit.length > 0 && naming === 'number' && isCopy(file));
  const kinds = [
    names.filter(isEpoch),
    explicit,
    names.filter(({ epoch, step }) => epoch === undefined && step !== undefined),
    names.filter(({ naming, file }) => naming === 'number' && !isCopy(file)),
    names.filter(({ naming }) => naming === 'time'),
  ];
  const whole = kinds.find(
    (kind) => kind.length === names.length && new Set(kind.map(keyOf)).size === kind.length,
  );
  if (whole) return whole;
  return kinds.slice(1).find((kind) => {
    const others = names.filter((name) => !kind.includes(name) && !isCopy(name.file));
    return kind.length > 1 && others.length * 2 < kind.length;
  });
}

function keyOf({ naming, epoch, step, time }: Named): string {
  return naming === 'time' ? `time ${time}` : `${epoch} ${step}`;
}

/** Of each moment one model: the one whose name does not say that it is a copy, of several such the last. */
function withoutCopies(series: readonly Named[]): { kept: Named[]; copies: { file: string; of: string }[] } {
  const chosen = new Map<string, Named>();
  for (const name of series) {
    const other = chosen.get(keyOf(name));
    if (!other || !isCopy(name.file) || isCopy(other.file)) chosen.set(keyOf(name), name);
  }
  const copies = series.flatMap((name) => {
    const of = chosen.get(keyOf(name))!;
    return of === name ? [] : [{ file: name.file, of: of.file }];
  });
  return { kept: [...chosen.values()], copies };
}

function momentsOf(sorted: readonly Named[]): Moment[] {
  const epochs = sorted.map(({ epoch }) => epoch);
  const alone = new Set(epochs).size === epochs.length;
  return sorted.map(({ epoch, step }, place) => {
    const moment = { epoch: epoch ?? place };
    return step === undefined || (epoch !== undefined && alone) ? moment : { ...moment, step };
  });
}
