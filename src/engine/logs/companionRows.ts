import path from 'node:path';
import type { FollowedLog } from '../../logs/following/followedLog';
import { KEPT_PROBLEMS, type LogProblem, type LogRow, type TrainingLog } from '../../logs/formats/log';

type Metrics = LogRow['metrics'];
/** What is needed of a companion that was just read. */
type Companion = Pick<FollowedLog, 'file' | 'state' | 'problem' | 'log'>;

/** What was made of the last companion of a log; logs are new objects when they changed. */
const made = new WeakMap<TrainingLog, { companion?: TrainingLog; problem?: string; merged: TrainingLog }>();

/**
 * A log with the metrics that its companion has for the same steps (or epochs, where rows have no steps), named by the
 * companion's folder: `validation/epoch_loss`. Rows and their places stay those of the log; what only the companion has is
 * left out. What is wrong with the companion is told among the problems, without a place, as that would be one in the log.
 */
export function withCompanion(log: TrainingLog, followed: Companion): TrainingLog {
  const { log: read } = followed;
  const companion = read?.format === 'events' ? read : undefined;
  const problem = problemOf(followed, companion);
  const known = made.get(log);
  if (known && known.companion === companion && known.problem === problem) return known.merged;
  const folder = path.basename(path.dirname(followed.file));
  const { rows, names } = companion
    ? mergeRows(log, companion, folder)
    : { rows: log.rows, names: new Set<string>() };
  const told = companion?.problems ?? [];
  const called = `${folder}/${path.basename(followed.file)}`;
  const problems = [
    ...log.problems,
    ...(problem === undefined ? [] : [{ place: {}, text: `${called} ${problem}` }]),
    ...told.map(({ text }): LogProblem => ({ place: {}, text: `${called}: ${text}` })),
  ];
  const merged: TrainingLog = {
    ...log,
    rows,
    metricNames: [...log.metricNames, ...names],
    problems: problems.slice(0, KEPT_PROBLEMS),
    problemCount: log.problemCount + (companion?.problemCount ?? 0) + (problem === undefined ? 0 : 1),
  };
  made.set(log, { companion, problem, merged });
  return merged;
}

/** Why nothing, or nothing more, was read of a companion. */
function problemOf(
  { state, problem, log }: Companion,
  companion: TrainingLog | undefined,
): string | undefined {
  if (state === 'failed') return problem;
  return log && !companion ? 'is no event file' : undefined;
}

/** @returns rows of the log, copied where something was added, and the names of what was */
function mergeRows(
  { rows, metricNames }: TrainingLog,
  companion: TrainingLog,
  folder: string,
): { rows: LogRow[]; names: Set<string> } {
  const own = new Set(metricNames);
  const called = new Map<string, string>();
  for (const name of companion.metricNames) {
    const full = `${folder}/${name}`;
    if (!own.has(full)) called.set(name, full);
  }
  const byStep = new Map<number, Metrics>();
  const byEpoch = new Map<number, Metrics>();
  for (const { step, epoch, metrics } of companion.rows) {
    if (step !== undefined) byStep.set(step, metrics);
    else if (epoch !== undefined) byEpoch.set(epoch, metrics);
  }
  const found = new Set<string>();
  const merged = rows.map((row) => {
    const added = row.step === undefined ? byEpoch.get(row.epoch!) : byStep.get(row.step);
    return added ? withMetrics(row, added, called, found) : row;
  });
  // As the companion has them, whatever row has which.
  return { rows: merged, names: new Set([...called.values()].filter((name) => found.has(name))) };
}

function withMetrics(
  row: LogRow,
  added: Metrics,
  called: ReadonlyMap<string, string>,
  found: Set<string>,
): LogRow {
  // Objects of many shapes: assigning is several times faster than spreading, which counts in long logs.
  const metrics = Object.assign({}, row.metrics);
  for (const name in added) {
    const full = called.get(name);
    if (full === undefined) continue;
    metrics[full] = added[name];
    found.add(full);
  }
  const copy = Object.assign({}, row);
  copy.metrics = metrics;
  return copy;
}
