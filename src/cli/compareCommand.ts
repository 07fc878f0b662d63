import type { Command } from 'commander';
import { compareRuns } from '../engine/insight/compareRuns';
import { comparisonText } from '../engine/insight/comparisonText';
import { openRun, snapshotIndex } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { anyNumber } from './numbers';
import { ProgressBar } from './progress';
import { say } from './terminal';
import { asLines, writeData } from './writeOutput';

const EXAMPLES = `
Examples:
  apd compare runs/wide runs/narrow
  apd compare runs/net runs/net --epoch 2 --epoch-b 8       # two snapshots of one run
  apd compare runs/seed1 runs/seed2 --json --out seeds.json

Instances are joined by their numbers, so both runs are to be of the same data; the networks may be any. Two runs that differ
by their seed alone are the yardstick of what a difference means.`;

interface CompareOptions {
  epoch?: number;
  epochB?: number;
  json?: boolean;
  out?: string;
}

/** `apd compare`: what differs between two snapshots, of one run or two. */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('tell what differs between two runs, or two snapshots')
    .argument('<run-a>', 'a run folder')
    .argument('<run-b>', 'another, or the same')
    .option('--epoch <n>', 'epoch of the snapshots (the last of each when left out)', anyNumber)
    .option('--epoch-b <n>', 'epoch of the second, where it is another', anyNumber)
    .option('--json', 'as JSON, with all instances that another class is predicted for')
    .option('--out <file>', 'file to write (stdout when left out)')
    .addHelpText('after', EXAMPLES)
    .action(compare);
}

async function compare(folderA: string, folderB: string, options: CompareOptions): Promise<void> {
  const { epoch, epochB = epoch, json, out } = options;
  const [a, b] = [await openRun(folderA), await openRun(folderB)];
  const bar = new ProgressBar('Comparing');
  const comparison = await compareRuns(
    { run: a, index: epoch === undefined ? undefined : snapshotIndex(a, epoch) },
    { run: b, index: epochB === undefined ? undefined : snapshotIndex(b, epochB) },
    {
      signal: interruptSignal(),
      onProgress: (_message, share) => bar.update(Math.round((share ?? 0) * 100), 100),
    },
  ).finally(() => bar.clear());
  for (const notice of comparison.notices) say(notice);
  const lines = json ? [`${JSON.stringify(comparison)}\n`] : asLines(comparisonText(comparison));
  await writeData(lines, out);
  if (out !== undefined) say(`wrote ${out}`);
}
