import type { Command } from 'commander';
import { parseResolution } from '../engine/analyse';
import { reportRun } from '../engine/report';
import { reportText } from '../engine/reportText';
import { openRun } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { printLines } from './output';
import { ProgressBar } from './progress';

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
