import { KEPT_PROBLEMS, type LogRow, type TrainingLog } from '../../logs/formats/log';
import type { EventFile } from './eventRun';

/** An event file that was read. */
export interface ReadEvents extends EventFile {
  log: TrainingLog;
}

/**
 * The rows of all event files of a run as one log: of a step that several files have, the later file counts, as in a
 * training that was resumed. A file in the same folder that begins at or before the step with which the files before it
 * began is of another training. Tags of a folder below are told from those of the run by its name.
 * @param file the one that was asked for, whose places the rows keep
 */
export function joinEvents(files: readonly ReadEvents[], file: string): TrainingLog {
  const chosen = files.find((one) => one.file === file)!;
  const parts = ofOneTraining(files, file);
  if (parts.length === 1) return chosen.log;
  const rows = new Map<string, LogRow>();
  const names = new Set<string>();
  for (const { folder, log, file: own } of parts) {
    for (const row of log.rows) {
      const key = row.step === undefined ? `epoch ${row.epoch}` : `step ${row.step}`;
      const joined = rows.get(key) ?? { ...row, metrics: {}, place: {} };
      // Bytes of another file are no place in this one.
      if (own === file) joined.place = row.place;
      if (row.epoch !== undefined) joined.epoch = row.epoch;
      for (const [tag, value] of Object.entries(row.metrics)) {
        const name = folder === undefined ? tag : nameBelow(folder, tag);
        names.add(name);
        joined.metrics[name] = value;
      }
      rows.set(key, joined);
    }
  }
  const order = (row: LogRow) => row.step ?? row.epoch ?? 0;
  const problems = parts.flatMap(({ file: own, log }) =>
    own === file ? log.problems : log.problems.map(({ text }) => ({ place: {}, text })),
  );
  return {
    ...chosen.log,
    rows: [...rows.values()].sort((a, b) => order(a) - order(b)),
    metricNames: [...names],
    problems: problems.slice(0, KEPT_PROBLEMS),
    problemCount: parts.reduce((sum, { log }) => sum + log.problemCount, 0),
  };
}

/** `add_scalars('loss', {train: …})` writes the tag `loss` into the folder `loss_train`. */
function nameBelow(folder: string, tag: string): string {
  const begin = `${tag.replaceAll('/', '_')}_`;
  return folder.startsWith(begin) ? `${tag}_${folder.slice(begin.length)}` : `${folder}/${tag}`;
}

/** Files of the training that a file is of, in the order of their names. */
function ofOneTraining(files: readonly ReadEvents[], file: string): ReadEvents[] {
  const groups = new Map<string, ReadEvents[][]>();
  for (const one of files) {
    const trainings = groups.get(one.folder ?? '') ?? [];
    groups.set(one.folder ?? '', trainings);
    const first = firstStep(one.log);
    const begun = trainings.at(-1)?.map(({ log }) => firstStep(log)) ?? [];
    const goesOn =
      begun.length > 0 && (first === undefined || begun.every((step) => step === undefined || step < first));
    if (goesOn) trainings.at(-1)!.push(one);
    else trainings.push([one]);
  }
  const own = groups.get(files.find((one) => one.file === file)!.folder ?? '')!;
  const place = own.findIndex((training) => training.some((one) => one.file === file));
  const kept = new Set([...groups.values()].flatMap((trainings) => trainings[place] ?? []));
  return files.filter((one) => kept.has(one));
}

function firstStep({ rows }: TrainingLog): number | undefined {
  return rows.length === 0 ? undefined : (rows[0].step ?? rows[0].epoch);
}
