import { Option, type Command } from 'commander';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../core/errors';
import { namedFile } from '../data/files/namedFile';
import { TrainingControl } from '../engine/training/trainingControl';
import type { LogLine } from '../engine/training/trainLog';
import { trainRun } from '../engine/training/trainRun';
import { NATIVE_PACKAGE, nativePackageIn } from '../models/tfjs/nativeBackend';
import type { TrainingProgress, TrainParams, TrainResult } from '../protocol/training';
import { readTrainingConfig } from '../training/config/readConfig';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './numbers';
import { say } from './terminal';
import { ProgressBar } from './progress';
import { UsageError } from './usageError';
import { formatShare } from '../core/wording';

interface TrainOptions {
  out?: string;
  resume?: boolean;
  epochs?: number;
  force?: boolean;
  backend?: TrainParams['backend'];
  native?: string;
}

const EXAMPLES = `
Examples:
  apd train moons.apd.json
  apd train mnist.apd.json --out runs/second --epochs 8
  apd train runs/second --resume
  apd train runs/second --resume --epochs 12`;

/** `apd train`: train a network by a configuration, snapshot by snapshot, into a run folder. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a network by a configuration, snapshot by snapshot, into a run folder')
    .argument('<config>', 'a configuration (*.apd.json); with --resume also a run folder')
    .option('--out <run>', 'the run folder (the one that the configuration names when left out)')
    .option('--resume', 'go on with the run after its last whole epoch')
    .option('--epochs <n>', 'epochs in all, instead of those of the configuration', wholeNumber(0))
    .option('--force', 'replace the run that is in the folder')
    .addOption(
      new Option('--backend <backend>', 'what computes, instead of what the configuration says').choices([
        'auto',
        'node',
        'wasm',
        'cpu',
      ]),
    )
    .option(
      '--native <folder>',
      `a folder whose node_modules has ${NATIVE_PACKAGE}, whose code is then run (else only one beside this program is)`,
    )
    .addHelpText('after', EXAMPLES)
    .action(train);
}

async function train(target: string, options: TrainOptions): Promise<void> {
  const params = await paramsOf(target, options);
  const bar = new ProgressBar('Training');
  const aside = (text: string) => {
    bar.clear();
    say(text);
  };
  const result = await trainRun(
    params,
    {
      onNotice: aside,
      onProgress: (progress) => showProgress(bar, progress),
      onEpoch: (line) => aside(lineText(line)),
    },
    new TrainingControl(interruptSignal()),
  ).finally(() => bar.clear());
  say(`${result.folder}: ${endText(result)}`);
  // What was finished stays, but who asked for a whole training has not got it.
  if (result.ended === 'stopped') process.exitCode = 130;
}

async function paramsOf(target: string, options: TrainOptions): Promise<TrainParams> {
  const { out, resume, epochs, force, backend } = options;
  const common = { epochs, backend, backendFolders: nativeFolders(options.native) };
  if (!resume) return { config: target, out, force, ...common };
  if (force) throw new UsageError('--resume goes on with a run, --force replaces it: only one of them');
  if (out !== undefined) return { run: out, ...common };
  if (existsSync(target) && statSync(target).isDirectory()) return { run: target, ...common };
  const file = path.resolve(target);
  const config = await readTrainingConfig(file);
  return { run: namedFile(path.dirname(file), config.out, file), ...common };
}

/** The folder that `--native` names. One in the working folder is not taken, since a stranger may have put it there: told. */
function nativeFolders(named: string | undefined): string[] {
  if (named === undefined) {
    if (nativePackageIn('.')) {
      say(`${NATIVE_PACKAGE} of the working folder is not used: --native . allows it.`);
    }
    return [];
  }
  if (nativePackageIn(named)) return [named];
  throw new InputError(
    named,
    `has no node_modules/${NATIVE_PACKAGE}, expected the folder it is in`,
    '--native',
  );
}

function showProgress(bar: ProgressBar, progress: TrainingProgress): void {
  const { epoch, epochs, step, steps, loss, accuracy, phase } = progress;
  if (epoch === 0) return;
  const numbers = loss === undefined ? '' : ` loss ${loss.toFixed(4)}, accuracy ${formatShare(accuracy!)}`;
  const done = (epoch - 1) * steps + step;
  bar.update(
    done,
    epochs * steps,
    `epoch ${epoch} of ${epochs}${phase === 'snapshot' ? ', snapshot' : ''}${numbers}`,
  );
}

/** `epoch 3: loss 0.2134, accuracy 93.5 %, val_accuracy 92.8 %, 40 – 31 patterns, 2.3 s` */
function lineText(line: LogLine): string {
  const { epoch, patterns, seconds } = line;
  const metrics = Object.entries(line).filter(
    ([name, value]) => /(^|_)(loss|accuracy)$/.test(name) && typeof value === 'number',
  );
  const parts = metrics.map(([name, value]) =>
    name.endsWith('accuracy')
      ? `${name} ${formatShare(Number(value))}`
      : `${name} ${Number(value).toFixed(4)}`,
  );
  if (patterns) parts.push(`${patterns.join(' – ')} patterns`);
  if (seconds !== undefined) parts.push(`${seconds.toFixed(1)} s`);
  return `epoch ${epoch}: ${parts.join(', ')}`;
}

function endText({ ended, epoch, snapshots }: TrainResult): string {
  const kept = `${snapshots} snapshot(s), ${epoch} whole epoch(s)`;
  return ended === 'stopped' ? `stopped with ${kept}; --resume goes on` : kept;
}
