import type { Command } from 'commander';
import { formatCount, formatShare } from '../draw/text';
import { parseResolution } from '../engine/analyse';
import { reportRun, type LevelReport, type RunReport, type SnapshotReport } from '../engine/report';
import { openRun } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { printLines } from './output';
import { ProgressBar } from './progress';
import { textTable } from './table';

const examples = `
Examples:
  apd report runs/iris
  apd report runs/iris --resolution exact
  apd report runs/iris --json | jq '.snapshots[-1].levels[].leaveOneOut'

Read purity beside the singletons: it is 100 % where every instance is alone in its pattern. Leave-one-out is the
honest one: the share of instances whose pattern, without them, has their label as its majority.`;

/** `apd report`: the measures of a run. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('print the measures of every snapshot and level')
    .argument('<run>', 'a run folder')
    .option('--json', 'as JSON, with more measures')
    .option('--resolution <r>', 'nodes of a level: auto, exact, or a number of prototypes', 'auto')
    .addHelpText('after', examples)
    .action(report);
}

async function report(folder: string, options: { json?: boolean; resolution: string }): Promise<void> {
  const run = await openRun(folder);
  const bar = new ProgressBar('Measuring');
  const result = await reportRun(run, parseResolution(options.resolution), {
    onSnapshot: (done, all) => bar.update(done, all),
    signal: interruptSignal(),
  }).finally(() => bar.clear());
  await printLines(options.json ? [`${JSON.stringify(result, null, 1)}\n`] : reportText(result));
}

function* reportText(report: RunReport): Iterable<string> {
  yield `${report.name}\n`;
  for (const snapshot of report.snapshots) {
    yield `\n${snapshotLine(snapshot)}\n`;
    yield textTable(
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
    yield* noveltyText(snapshot);
  }
  if (report.learning) {
    const { learned, neverLearned, rightAtEnd, forgottenOnce, forgettingEvents } = report.learning;
    yield `\nBetween snapshots: ${formatCount(learned)} instances learned, ${formatCount(neverLearned)} never; `;
    yield `${formatCount(forgottenOnce)} forgotten at least once (${formatCount(forgettingEvents)} times in all); `;
    yield `${formatCount(rightAtEnd)} right at the end\n`;
  }
}

function snapshotLine({ epoch, step, instances, accuracy, paths, clusters }: SnapshotReport): string {
  const parts = [
    `epoch ${epoch}${step === undefined ? '' : `, step ${step}`}`,
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

function* noveltyText(snapshot: SnapshotReport): Iterable<string> {
  for (const name of Object.keys(snapshot.novelty ?? {})) {
    const rates = snapshot.levels.map((level) => {
      const novelty = level.novelty![name];
      return `${level.name} ${formatShare(novelty.unseen)} (expected ${formatShare(novelty.expected)})`;
    });
    yield `unseen in split ${name}: ${rates.join(', ')}\n`;
  }
}
