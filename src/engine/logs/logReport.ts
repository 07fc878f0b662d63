import { correlate } from '../../core/measures/correlation';
import type { LevelReport, RunReport, SnapshotReport } from '../reports/report';
import { whyUnread } from './linking';
import { troublesOf } from './logInfo';
import type { LogReport, MetricCorrelation, SnapshotLog } from './logSummary';
import type { RunLog } from './runLogs';

/** Snapshots that a correlation needs. */
const FEWEST = 4;

/** How the log of a run belongs to its snapshots, without correlations; undefined where it has none. */
export function summariseLog({ opened, chosen, matched, followed }: RunLog): LogReport | undefined {
  if (!chosen || !followed) return undefined;
  const { file } = chosen;
  if (!matched) {
    const problem = followed.problem ?? whyUnread(followed.state);
    const nothing = { matched: 0, unmatchedSnapshots: [], unmatchedRows: 0, correlations: [] };
    return { file, problem, ...nothing, problems: [], problemCount: 0 };
  }
  const { snapshots } = opened.run.manifest;
  const { log, matches, shiftByHand } = matched;
  return {
    file,
    format: log.format,
    tool: log.tool,
    join: { ...matches.join, byHand: shiftByHand },
    matched: matched.marks.length,
    unmatchedSnapshots: matched.unmatchedSnapshots.map(({ snapshot, reason }) => {
      const { epoch, step } = snapshots[snapshot];
      return { epoch, step, reason };
    }),
    unmatchedRows: matches.unmatchedRows.length,
    ...troublesOf(log),
    correlations: [],
  };
}

/** A report with what the run's log says; as it is where the run has none. */
export function withLog(report: RunReport, runLog: RunLog): RunReport {
  const log = summariseLog(runLog);
  const { matched } = runLog;
  if (!log || !matched) return log ? { ...report, log } : report;
  const said = new Map<number, SnapshotLog>();
  for (const { snapshot, epoch, step, line, metrics } of matched.marks) {
    said.set(snapshot, { epoch, step, line, metrics });
  }
  const snapshots = report.snapshots.map((snapshot, s) =>
    said.has(s) ? { ...snapshot, log: said.get(s) } : snapshot,
  );
  const correlations = correlationsOf(snapshots, matched.log.metricNames);
  return { ...report, snapshots, log: { ...log, correlations } };
}

/** A measure of the diagrams over the snapshots. */
interface Measured {
  measure: string;
  level?: string;
  of(snapshot: SnapshotReport): number | undefined;
}

const ofNetwork: Measured[] = [
  { measure: 'accuracy', of: ({ accuracy }) => accuracy },
  { measure: 'clusters', of: ({ clusters }) => clusters.count },
  { measure: 'paths', of: ({ paths }) => paths },
];

const ofLevels: [string, (level: LevelReport) => number | undefined][] = [
  ['patterns', ({ patterns }) => patterns],
  ['entropy', ({ entropy }) => entropy],
  ['leaveOneOut', ({ leaveOneOut }) => leaveOneOut],
  ['mutualInformation', ({ mutualInformation }) => mutualInformation],
  ['purity', ({ purity }) => purity],
  ['bitChange', ({ bitChange }) => bitChange],
  ['dead', ({ dead }) => dead],
];

/** Every metric with every measure, over the snapshots that have a row. */
function correlationsOf(
  snapshots: readonly SnapshotReport[],
  metrics: readonly string[],
): MetricCorrelation[] {
  const matched = snapshots.filter(({ log }) => log !== undefined);
  const levels = (matched[0]?.levels ?? []).flatMap(({ name }, l) =>
    ofLevels.map(([measure, of]): Measured => ({ measure, level: name, of: (s) => of(s.levels[l]) })),
  );
  const measures = [...ofNetwork, ...levels].map(({ measure, level, of }) => ({
    named: level === undefined ? { measure } : { measure, level },
    series: matched.map(of),
  }));
  return metrics.flatMap((metric) => {
    const values = matched.map(({ log }) => valueOf(log!.metrics, metric));
    return measures.map(({ named, series }): MetricCorrelation => {
      const { n, spearman, pearson } = correlate(values, series);
      return n < FEWEST || spearman === undefined
        ? { metric, ...named, n }
        : { metric, ...named, n, spearman, pearson };
    });
  });
}

function valueOf(metrics: Record<string, number>, name: string): number | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}
