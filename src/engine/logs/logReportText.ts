import type { LogTrouble } from '../../protocol/logs';
import type { RunReport, SnapshotReport } from '../reports/report';
import { textTable } from '../reports/textTable';
import type { LogReport, MetricCorrelation } from './logSummary';
import { addAll } from '../../core/lists';
import { formatCount, oneLine, pluralise } from '../../core/wording';

/** Metrics of a snapshot that are printed. */
const PRINTED_METRICS = 20;
/** Snapshots without row that are named. */
const NAMED_SNAPSHOTS = 3;
/** Correlations that are printed, the strongest. */
const PRINTED_CORRELATIONS = 12;

const measureNames: Record<string, string> = {
  accuracy: 'snapshot accuracy',
  leaveOneOut: 'leave-1-out',
  mutualInformation: 'I(label)',
  bitChange: 'bit change',
};

/** How a log belongs to a run: `log.jsonl: 8 of 9 snapshots matched (…); epoch 0: before the log's first row`. */
export function matchText(log: LogReport, name: string): string {
  if (log.problem !== undefined) return `${name}: ${log.problem}`;
  const { matched, unmatchedSnapshots, join } = log;
  const all = formatCount(matched + unmatchedSnapshots.length);
  const parts = [`${name}: ${formatCount(matched)} of ${all} snapshots matched (${join!.reason})`];
  addAll(
    parts,
    unmatchedSnapshots.slice(0, NAMED_SNAPSHOTS).map(({ epoch, reason }) => named(epoch, reason)),
  );
  const more = unmatchedSnapshots.length - NAMED_SNAPSHOTS;
  if (more > 0) parts.push(`and ${formatCount(more)} more without row`);
  addAll(parts, troubleText(log.problems, log.problemCount));
  return parts.join('; ');
}

/** What could not be read of the log: how much, and the first of it. */
function troubleText([first]: readonly LogTrouble[], count: number): string[] {
  if (!first) return [];
  const { line, byteFrom, text } = first;
  const place = line === undefined ? `byte ${byteFrom ?? 0}` : `line ${line}`;
  return [`${pluralise(count, 'problem')} in the log, at ${place}: ${text}`];
}

/** Reasons that come from numbers begin with them; others say nothing of which snapshot they are. */
function named(epoch: number, reason: string): string {
  return /^epoch \d/.test(reason) ? reason : `snapshot of epoch ${epoch}: ${reason}`;
}

/** What the log says of a snapshot. */
export function* snapshotLogText({ log }: SnapshotReport): Iterable<string> {
  if (!log) return;
  const { epoch, step, line, metrics } = log;
  const where = [
    ...(epoch === undefined ? [] : [`epoch ${Number(epoch.toPrecision(6))}`]),
    ...(step === undefined ? [] : [`step ${step}`]),
    ...(line === undefined ? [] : [`line ${formatCount(line)}`]),
  ];
  const values = Object.entries(metrics).map(
    ([name, value]) => `${oneLine(name)} ${Number(value.toPrecision(5))}`,
  );
  const more = values.length - PRINTED_METRICS;
  const shown = values.slice(0, PRINTED_METRICS).join(' · ');
  yield `log (${where.join(', ')}): ${shown}${more > 0 ? ` · and ${formatCount(more)} more` : ''}`;
}

/** The strongest correlations between log and diagrams. */
export function* correlationText({ log }: RunReport): Iterable<string> {
  const known = (log?.correlations ?? []).filter(({ spearman }) => spearman !== undefined);
  if (known.length === 0) return;
  const strongest = known
    .toSorted((a, b) => Math.abs(b.spearman!) - Math.abs(a.spearman!))
    .slice(0, PRINTED_CORRELATIONS);
  const snapshots = known.reduce((most, { n }) => Math.max(most, n), 0);
  yield '';
  yield `Log and diagrams over ${formatCount(snapshots)} snapshots, the strongest ${strongest.length} of ${formatCount(known.length)} correlations`;
  yield `Beware: few epochs, and all that just rises or falls while a network learns, correlate easily.`;
  yield* textTable(
    ['metric', 'measure', 'level', 'Spearman', 'Pearson', 'snapshots'],
    strongest.map(correlationCells),
  );
}

function correlationCells({ metric, measure, level, spearman, pearson, n }: MetricCorrelation): string[] {
  return [
    oneLine(metric),
    measureNames[measure] ?? measure,
    level ?? '–',
    signed(spearman),
    signed(pearson),
    String(n),
  ];
}

function signed(value: number | undefined): string {
  if (value === undefined) return '–';
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}
