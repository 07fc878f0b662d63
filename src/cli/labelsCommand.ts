import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { splitMember } from '../core/arrayMember';
import { InputError } from '../core/errors';
import { pluralise } from '../core/wording';
import {
  changesCsv,
  correctedArray,
  labelsCsv,
  labelStudioJson,
  type Standing,
} from '../engine/insight/labels/correctedLabels';
import { datasetOptionsOf } from '../engine/recording/reopenDataset';
import { readChanges } from '../engine/insight/labels/readChanges';
import {
  addDecisions,
  labelsOfRun,
  LABELS_NAME,
  readDecisions,
  standingDecisions,
  type RunLabels,
} from '../runs/labelDecisions';
import { writeFileAtomically } from '../runs/atomic';
import { openRun, type Run } from '../runs/readRun';
import { say } from './terminal';
import { writeData } from './writeOutput';

const EXAMPLES = `
Examples:
  apd suspects runs/net --top 50 --out suspects.csv         # then fill in the column "is" of a copy
  apd labels runs/net --apply judged.csv                    # columns instance, is (a class; empty: leave out), why
  apd labels runs/net --export y-corrected.npy              # the whole array of labels, as it was but for the decisions
  apd labels runs/net --export labels.csv                   # every instance and its label
  apd labels runs/net --export changes.csv --as changes     # what was changed, and why
  apd labels runs/net --export tasks.json                   # for Label Studio

Decisions are kept beside the run (${LABELS_NAME}); files with labels are never written to.`;

interface LabelsOptions {
  apply?: string;
  export?: string;
  as: 'labels' | 'changes';
}

/** `apd labels`: decisions about labels in, corrected labels out. */
export function addLabels(program: Command): void {
  program
    .command('labels')
    .description('take in decisions about labels, and write the labels as decided')
    .argument('<run>', 'a run folder')
    .option('--apply <file>', 'add the decisions of a file (.csv or .json)')
    .option('--export <file>', 'write the labels as decided: .npy, .csv, or .json for Label Studio')
    .addOption(
      new Option('--as <what>', 'what a .csv holds: all labels, or the changes')
        .choices(['labels', 'changes'])
        .default('labels'),
    )
    .addHelpText('after', EXAMPLES)
    .action(decideLabels);
}

async function decideLabels(folder: string, options: LabelsOptions): Promise<void> {
  const run = await openRun(folder);
  const labels = await labelsOfRun(run);
  let decisions = await readDecisions(folder);
  if (options.apply !== undefined) {
    const added = await readChanges(options.apply, labels, new Date().toISOString());
    decisions = await addDecisions(run, labels.base, added);
    say(`took in ${pluralise(added.length, 'decision')} of ${options.apply}`);
  }
  if (decisions && decisions.base !== labels.base && decisions.decisions.length > 0) {
    throw new InputError(path.join(folder, LABELS_NAME), 'is about other labels than the run has now');
  }
  const standing = standingDecisions(decisions?.decisions ?? []);
  say(summaryOf(standing));
  if (options.export !== undefined) {
    await exportLabels(run, labels, standing, { file: options.export, as: options.as });
  }
}

function summaryOf(standing: Standing): string {
  const all = [...standing.values()];
  const leftOut = all.filter(({ leaveOut }) => leaveOut).length;
  const changed = all.filter(({ is, was }) => is !== undefined && is !== was).length;
  const kept = all.length - leftOut - changed;
  return `${pluralise(all.length, 'instance')} decided on: ${changed} changed, ${kept} kept, ${leftOut} left out`;
}

/** Files that a run was recorded of are never written to, whatever path leads there. */
async function refuseOriginal(run: Run, file: string): Promise<void> {
  const { data, labels = [] } = datasetOptionsOf(run);
  const whole = (name: string) => realpath(name).catch(() => path.resolve(name));
  const written = await whole(file);
  for (const { path: source } of [...data, ...labels]) {
    if ((await whole(splitMember(source).file)) === written) {
      throw new InputError(
        file,
        'is what the run was recorded of, and is never written to; choose another file',
        '--export',
      );
    }
  }
}

async function exportLabels(
  run: Run,
  labels: RunLabels,
  standing: Standing,
  { file, as }: { file: string; as: LabelsOptions['as'] },
): Promise<void> {
  const format = path.extname(file).toLowerCase();
  await refuseOriginal(run, file);
  if (format === '.npy') {
    const { bytes, notices } = await correctedArray(run, standing);
    notices.forEach(say);
    await writeFileAtomically(file, bytes);
  } else if (format === '.csv') {
    await writeData(as === 'changes' ? changesCsv(standing) : labelsCsv(labels, standing), file);
  } else if (format === '.json') {
    await writeData(labelStudioJson(standing, run.manifest.name), file);
  } else {
    throw new InputError(file, `ends in '${format}', expected .npy, .csv or .json`, '--export');
  }
  say(`wrote ${file}`);
}
