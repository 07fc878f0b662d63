import type { Command } from 'commander';
import { findNovelty } from '../engine/insight/findNovelty';
import { noveltyJson, noveltyText } from '../engine/insight/noveltyData';
import { openRun, snapshotIndex } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { anyNumber, wholeNumber } from './numbers';
import { ProgressBar } from './progress';
import { say } from './terminal';
import { asLines, writeData } from './writeOutput';

const EXAMPLES = `
Examples:
  apd novelty runs/mnist --reference train
  apd novelty runs/mnist --reference train --split new --json --out novelty.json

A pattern is unseen when no instance of the reference has it. The share that data of the same kind would have is estimated
by Good and Turing's rule; only what is above its interval speaks for other data. Instances are ordered by the Hamming
distance to the nearest pattern of the reference, in the first level, then in the next ones.`;

interface NoveltyOptions {
  reference: string;
  split?: string;
  epoch?: number;
  top?: number;
  json?: boolean;
  out?: string;
}

/** `apd novelty`: what of a split the reference has not shown. */
export function addNovelty(program: Command): void {
  program
    .command('novelty')
    .description('tell what of other splits a reference split has not shown')
    .argument('<run>', 'a run folder, recorded with splits')
    .requiredOption('--reference <split>', 'the split that stands for what was seen')
    .option('--split <name>', 'the split that is asked about (all others when left out)')
    .option('--epoch <n>', 'epoch of the snapshot (the last when left out)', anyNumber)
    .option('--json', 'as JSON, with the distances of every instance, the farthest first')
    .option('--top <n>', 'with --json: only the first ones (all when left out)', wholeNumber(1))
    .option('--out <file>', 'file to write (stdout when left out)')
    .addHelpText('after', EXAMPLES)
    .action(tellNovelty);
}

async function tellNovelty(folder: string, options: NoveltyOptions): Promise<void> {
  const { epoch, reference, split, top, json, out } = options;
  const run = await openRun(folder);
  const bar = new ProgressBar('Comparing');
  const snapshot = epoch === undefined ? undefined : snapshotIndex(run, epoch);
  const novelty = await findNovelty(
    run,
    { snapshot, reference, split },
    {
      signal: interruptSignal(),
      onProgress: (_message, share) => bar.update(Math.round((share ?? 0) * 100), 100),
    },
  ).finally(() => bar.clear());
  for (const notice of novelty.notices) say(notice);
  await writeData(json ? noveltyJson(novelty, top) : asLines(noveltyText(novelty)), out);
  if (out !== undefined) say(`wrote ${out}`);
}
