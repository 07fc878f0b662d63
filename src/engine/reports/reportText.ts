import { correlationText, matchText, snapshotLogText } from '../logs/logReportText';
import type { LevelReport, RunReport, SnapshotReport } from './report';
import { textTable } from './textTable';
import { formatCount, formatShare, snapshotName } from '../../core/wording';

/** The measures of a run as text, a line each without its end: a table a snapshot. */
export function* reportText(report: RunReport): Iterable<string> {
  yield report.name;
  if (report.log) yield matchText(report.log, `Log ${report.log.file}`);
  for (const snapshot of report.snapshots) {
    yield '';
    yield snapshotLine(snapshot);
    yield* textTable(
      [
        'level',
        'activation',
        'units',
        'nodes',
        'alone',
        'entropy',
        'leave-1-out',
        'purity',
        'I(label)',
        'bit change',
        'dead',
        'on',
        'resolution',
      ],
      snapshot.levels.map(levelCells),
    );
    yield* noiseText(snapshot);
    yield* noveltyText(snapshot);
    yield* snapshotLogText(snapshot);
  }
  if (report.learning) {
    const { learned, neverLearned, rightAtEnd, forgottenOnce, forgettingEvents } = report.learning;
    yield '';
    yield [
      `Between snapshots: ${formatCount(learned)} instances learned, ${formatCount(neverLearned)} never`,
      `${formatCount(forgottenOnce)} forgotten at least once (${formatCount(forgettingEvents)} times in all)`,
      `${formatCount(rightAtEnd)} right at the end`,
    ].join('; ');
  }
  yield* correlationText(report);
}

function snapshotLine({ epoch, step, instances, accuracy, paths, clusters }: SnapshotReport): string {
  const parts = [
    snapshotName({ epoch, step }),
    `${formatCount(instances)} instances`,
    ...(accuracy === undefined ? [] : [`accuracy ${formatShare(accuracy)}`]),
    `${formatCount(paths)} paths`,
    `${formatCount(clusters.count)} clusters (${formatCount(clusters.singletons)} of one instance)`,
  ];
  return parts.join(' · ');
}

function levelCells(level: LevelReport): string[] {
  const number = (value: number | undefined, digits = 3) =>
    value === undefined ? '–' : value.toFixed(digits);
  return [
    level.name,
    level.activation,
    formatCount(level.units),
    formatCount(level.patterns),
    formatCount(level.singletons),
    number(level.entropy, 2),
    number(level.leaveOneOut),
    number(level.purity),
    number(level.mutualInformation),
    number(level.bitChange),
    level.dead === undefined ? '–' : formatCount(level.dead),
    level.alwaysOn === undefined ? '–' : formatCount(level.alwaysOn),
    resolutionText(level),
  ];
}

function resolutionText({ resolution, distance, units, exactPatterns }: LevelReport): string {
  if (resolution === 'exact') return 'exact';
  const exact =
    exactPatterns === undefined ? 'patterns not kept' : `of ${formatCount(exactPatterns)} patterns`;
  return `${resolution} prototypes ${exact}, ± ${distance.toFixed(1)} units (${formatShare(distance / units)})`;
}

function* noiseText({ labelNoise }: SnapshotReport): Iterable<string> {
  if (!labelNoise) return;
  const { changed, asTaught, asBefore, others } = labelNoise;
  const shares = `${formatShare(asTaught)} predicted as taught, ${formatShare(asBefore)} as before`;
  yield `changed labels (${formatCount(changed)}): ${shares}; of the others ${formatShare(others)} right`;
}

function* noveltyText(snapshot: SnapshotReport): Iterable<string> {
  for (const name of Object.keys(snapshot.novelty ?? {})) {
    const rates = snapshot.levels.map((level) => {
      const novelty = level.novelty![name];
      return `${level.name} ${formatShare(novelty.unseen)} (expected ${formatShare(novelty.expected)})`;
    });
    yield `unseen in split ${name}: ${rates.join(', ')}`;
  }
}
