import { canonicalMetric } from '../../logs/formats/metricNames';
import type { LogInfo, LogMark, LogOrigin } from '../../protocol/logs';
import { formatCount, formatMetric, pluralise } from '../../core/wording';

/** Metrics that say most of a training, the first ones first. */
const toldFirst = ['train loss', 'validation loss', 'validation accuracy', 'train accuracy'];
/** Metrics that fit beside the name of a snapshot. */
const MOST_METRICS = 3;

const origins: Record<LogOrigin, string> = {
  linked: 'linked by hand',
  own: 'written with the run',
  beside: 'found beside the checkpoints',
};

/** Names of metrics in the order in which they are worth telling: losses and accuracies first, the others as they come. */
export function mainMetrics(names: readonly string[]): string[] {
  const rank = (name: string) => {
    const meaning = canonicalMetric(name);
    const place = meaning ? toldFirst.indexOf(`${meaning.split} ${meaning.name}`) : -1;
    return place < 0 ? toldFirst.length : place;
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
}

/** The main metrics of a row in few words: `loss 0.243, val_loss 0.31`. */
export function metricsInShort(metrics: Record<string, number>, most = MOST_METRICS): string {
  return mainMetrics(Object.keys(metrics))
    .slice(0, most)
    .map((name) => `${name} ${formatMetric(metrics[name])}`)
    .join(', ');
}

/** Where a row of a log is, as its users call it: `line 3`, or, in binary files, `row 3`, both from 1. */
export function placeOfRow({ row, line }: Pick<LogMark, 'row' | 'line'>): string {
  return line === undefined ? `row ${row + 1}` : `line ${line}`;
}

/** What moment a row tells of: `epoch 3, step 120`; its place where it tells neither. */
export function momentOfRow(row: { row: number; epoch?: number; step?: number; line?: number }): string {
  const parts = [
    row.epoch !== undefined && `epoch ${Number(row.epoch.toPrecision(6))}`,
    row.step !== undefined && `step ${formatCount(row.step)}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : placeOfRow(row);
}

/** How the log of a run stands, beside its name. */
export function standingOfLog(info: LogInfo): string {
  const origin = info.origin && origins[info.origin];
  const parts = [matchedOf(info), origin, info.problemCount > 0 && pluralise(info.problemCount, 'problem')];
  return parts.filter(Boolean).join(', ');
}

function matchedOf(info: LogInfo): string {
  switch (info.state) {
    case 'none':
      return 'no log';
    case 'missing':
      return 'the file is not there';
    case 'failed':
      return 'cannot be read';
    case 'read':
      return matchedSnapshots(info);
  }
}

/** How many snapshots have a line: `8 of 9 snapshots`. */
export function matchedSnapshots({ marks, unmatchedSnapshots }: LogInfo): string {
  const all = marks.length + unmatchedSnapshots.length;
  return marks.length === all
    ? `all ${pluralise(all, 'snapshot')}`
    : `${marks.length} of ${pluralise(all, 'snapshot')}`;
}

/** The reason why a snapshot has no row, short enough to stand beside its name. */
export function shortReason(reason: string): string {
  const [, ...rest] = reason.split(': ');
  return rest.length > 0 ? rest.join(': ') : reason;
}

/** A name of which the middle is left out where it is long: its beginning and its end tell most. */
export function shortName(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const end = Math.floor((longest - 1) / 2);
  return `${name.slice(0, longest - 1 - end)}…${name.slice(-end)}`;
}

/** All that is known of the log of a run, line by line. */
export function linesOfLog(info: LogInfo): string[] {
  const { file, companion, problem, tool, format, rows, thinnedRows, join, best } = info;
  const lines = [
    file,
    companion && `together with ${companion}`,
    problem,
    standingOfLog(info),
    format && `${pluralise(rows, 'row')} of ${nameOfFormat(format, tool)}`,
    thinnedRows > 0 && `${pluralise(thinnedRows, 'row')} more than are held in memory, left out evenly`,
    join && `epochs: ${join.reason}`,
    best && `best: ${best.reason}`,
  ];
  return lines.filter((line): line is string => Boolean(line));
}

const formats: Record<string, string> = {
  jsonLines: 'JSON lines',
  csv: 'CSV',
  trainerState: 'trainer state',
  events: 'TensorBoard events',
  text: 'text',
  pattern: 'text, read by `apd.log.pattern`',
};
const tools: Record<string, string> = {
  apd: 'this extension',
  keras: 'Keras',
  kerasConsole: 'Keras, its console',
  lightning: 'Lightning',
  huggingface: 'Transformers',
  mmdetection: 'MMDetection',
  mmengine: 'MMEngine',
  ultralytics: 'Ultralytics',
  tensorboard: 'TensorBoard',
};

/** The format of a log for users, and what wrote it where that is known. */
export function nameOfFormat(format: string, tool?: string): string {
  const name = formats[format] ?? format;
  const by = tool === undefined ? undefined : (tools[tool] ?? tool);
  return by === undefined || name.startsWith(by) ? name : `${name} (${by})`;
}
