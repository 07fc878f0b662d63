import { Option, type Command } from 'commander';
import { findSuspects, type Suspects } from '../engine/insight/findSuspects';
import { suspectsCsv, suspectsJson } from '../engine/insight/suspectsData';
import { openRun, snapshotIndex } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { anyNumber, wholeNumber } from './numbers';
import { ProgressBar } from './progress';
import { say } from './terminal';
import { writeData } from './writeOutput';

const EXAMPLES = `
Examples:
  apd suspects runs/mnist --top 50
  apd suspects runs/mnist --format json --out suspects.json
  apd suspects runs/mnist --split test --reference train

An instance is suspect when the network contradicts its label in many snapshots, and its nearest neighbours (Hamming
distance over all levels) have another label. \`suggested\` is the label, other than its own, that most of them have.`;

interface SuspectsOptions {
  top?: number;
  format: 'csv' | 'json';
  out?: string;
  epoch?: number;
  split?: string;
  reference?: string;
}

/** `apd suspects`: instances whose label is perhaps wrong. */
export function addSuspects(program: Command): void {
  program
    .command('suspects')
    .description('list instances whose label is perhaps wrong, the most suspect first')
    .argument('<run>', 'a run folder')
    .option('--top <n>', 'only the first ones (all when left out)', wholeNumber(1))
    .addOption(new Option('--format <format>', 'how to write them').choices(['csv', 'json']).default('csv'))
    .option('--out <file>', 'file to write (stdout when left out)')
    .option('--epoch <n>', 'judge by the snapshot of one epoch alone (by all when left out)', anyNumber)
    .option('--split <name>', 'judge the labels of one split')
    .option('--reference <name>', 'compare with the instances of another split')
    .addHelpText('after', EXAMPLES)
    .action(listSuspects);
}

async function listSuspects(folder: string, options: SuspectsOptions): Promise<void> {
  const run = await openRun(folder);
  const { epoch, split, reference, top, format, out } = options;
  const bar = new ProgressBar('Comparing');
  const question = {
    snapshot: epoch === undefined ? undefined : snapshotIndex(run, epoch),
    split,
    reference,
  };
  const suspects = await findSuspects(run, question, {
    signal: interruptSignal(),
    onProgress: (_message, share) => bar.update(Math.round((share ?? 0) * 100), 100),
  }).finally(() => bar.clear());
  for (const line of wordsOf(suspects)) say(line);
  await writeData(format === 'csv' ? suspectsCsv(suspects, top) : suspectsJson(suspects, top), out);
  if (out !== undefined) say(`wrote ${out}`);
}

/** How they were found, and how many are expected to be wrong. */
function wordsOf({ plan, epochs, expected, doubt, notices }: Suspects): string[] {
  const { sample, neighbours, snapshots } = plan;
  const told = expected.findLast(({ right }) => right > 0.5) ?? expected.findLast(({ right }) => right > 0);
  const hope =
    doubt !== undefined
      ? `how many are wrong cannot be told: ${doubt}`
      : told
        ? `of the first ${told.count} at least ${Math.round(told.right * told.count)} are expected to be wrong, judging by the scores alone`
        : 'the scores do not rise at their upper end, so they do not tell how many of the first are wrong';
  return [
    ...notices,
    `${neighbours} nearest of ${sample.length} instances in ${snapshots.length} of ${epochs.length} snapshots`,
    hope,
  ];
}
