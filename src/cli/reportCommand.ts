import type { Command } from 'commander';
import { parseResolution } from '../engine/analysis/analyse';
import { withLog } from '../engine/logs/logReport';
import { readRunLog } from '../engine/logs/openRunLog';
import { reportRun } from '../engine/reports/report';
import { reportText } from '../engine/reports/reportText';
import { openRun } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { printData, printText } from './terminal';
import { ProgressBar } from './progress';

const EXAMPLES = `
Examples:
  apd report runs/iris
  apd report runs/iris --resolution exact
  apd report runs/iris --json | jq '.snapshots[-1].levels[].leaveOneOut'
  apd report runs/iris --log training/log.csv

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
    .option('--log <file>', "a training's log (the run's own, or one beside its checkpoints when left out)")
    .option('--no-log', 'leave the log out')
    .addHelpText('after', EXAMPLES)
    .action(report);
}

interface ReportOptions {
  json?: boolean;
  resolution: string;
  /** False where none is wanted. */
  log?: string | boolean;
}

async function report(folder: string, options: ReportOptions): Promise<void> {
  const run = await openRun(folder);
  const signal = interruptSignal();
  // Before the work: a log that was named wrongly is told at once.
  const log =
    options.log === false
      ? undefined
      : await readRunLog(
          folder,
          { findBeside: true },
          { signal },
          typeof options.log === 'string' ? options.log : undefined,
        );
  const bar = new ProgressBar('Measuring');
  const measured = await reportRun(run, parseResolution(options.resolution), {
    onSnapshot: (done, all) => bar.update(done, all),
    signal,
  }).finally(() => bar.clear());
  const result = log ? withLog(measured, log) : measured;
  if (options.json) await printData([`${JSON.stringify(result, null, 1)}\n`]);
  else await printText(reportText(result));
}
