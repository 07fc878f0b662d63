import { existsSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { InputError } from '../core/errors';
import { RunFollower } from '../engine/follow/followRun';
import { rememberedFolder } from '../engine/follow/rememberedFolder';
import type { RecordSource } from '../engine/recording/modelRecorder';
import { USUAL_PATTERN_LIMIT } from '../engine/recording/takeSnapshot';
import type { BackendChoice } from '../models/openModel';
import type { FollowState } from '../protocol/follow';
import { openRun } from '../runs/readRun';
import { isRun } from '../runs/writeRun';
import { addDataOptions, openData } from './dataOptions';
import { interruptSignal } from './interrupt';
import { LogOfRun } from './logOfRun';
import { wholeNumber } from './numbers';
import { recordedText } from './recordedText';
import { say } from './terminal';
import { checkSameData } from './sameData';
import { UsageError } from './usageError';

interface FollowOptions extends Record<string, unknown> {
  out: string;
  data?: string[];
  name?: string;
  log?: string;
  output?: string;
  smooth?: 'sign';
  engine: BackendChoice;
  threads?: number;
  untilQuiet?: number;
}

const EXAMPLES = `
Examples:
  apd follow checkpoints --data x.npy --labels y.npy --out runs/live
  apd follow checkpoints --data x.npy --labels y.npy --log training.log --out runs/live --until-quiet 600
  apd follow --out runs/live        (goes on with the run, on the data and the folder that it has)

A checkpoint that is half written is tried again; one that is written over takes the place of its snapshot; those that are
deleted keep theirs. Ctrl-C ends it; the run is whole at every moment.`;

/** `apd follow`: records checkpoints as they are written, until it is stopped. */
export function addFollow(program: Command): void {
  const command = program
    .command('follow')
    .description('record the checkpoints of a folder into a run as they are written, until it is stopped')
    .argument(
      '[folder]',
      'the folder that checkpoints are written into: models (.onnx, .keras, .h5), or folders with models (that of the last time when left out)',
    )
    .requiredOption('--out <run>', 'the run folder: a run that is there is gone on with')
    .option('--name <name>', 'name of a new run (that of its folder when left out)')
    .option('--log <file>', 'the log of the training, linked to the run')
    .option('--output <name>', "the model's output that gives the classes")
    .addOption(
      new Option(
        '--smooth <way>',
        'record smooth activations (GELU, SiLU, …) too: by the sign of their pre-activation',
      ).choices(['sign']),
    )
    .option('--until-quiet <seconds>', 'end when no checkpoint came for so long', wholeNumber(1))
    .addOption(
      new Option('--engine <engine>', 'what runs the models: native code or WebAssembly')
        .choices(['auto', 'node', 'wasm'])
        .default('auto'),
    )
    .option('--threads <n>', 'threads of the engine', wholeNumber(1))
    .addHelpText('after', EXAMPLES);
  addDataOptions(command, false).action(follow);
}

async function follow(named: string | undefined, options: FollowOptions): Promise<void> {
  const folder = path.resolve(options.out);
  await checkData(folder, options);
  const checkpoints = named ?? (await rememberedFolder(folder));
  if (checkpoints === undefined) {
    throw new UsageError(`${options.out} was not followed yet: name the folder of the checkpoints`);
  }
  const { engine, threads, output, smooth } = options;
  const modelOptions = { backend: engine, threads, output, smooth };
  const log = new LogOfRun(folder, options.log);
  const told = new Set<string>();
  const signal = interruptSignal();
  let linking: Promise<void> = Promise.resolve();
  let news = performance.now();
  const follower = await RunFollower.start(
    {
      folder,
      checkpoints: path.resolve(checkpoints),
      modelOptions,
      begin: () => newSource(folder, options, modelOptions, signal),
      newestFirst: false,
    },
    {
      onNotice: say,
      onSnapshot: (snapshot, accuracy) => {
        news = performance.now();
        say(recordedText(snapshot, accuracy));
        linking = linking.then(() => log.link());
      },
      onChange: (state) => tellTroubles(state, told),
    },
  );
  const missing = existsSync(checkpoints) ? '' : ', which is not there yet';
  say(`Waiting for checkpoints in ${checkpoints}${missing} (Ctrl-C ends it).`);
  while (!signal.aborted && follower.state.status === 'following') {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const quiet = (performance.now() - news) / 1000;
    if (options.untilQuiet !== undefined && quiet > options.untilQuiet && !isBusy(follower.state)) break;
  }
  await follower.stop();
  await linking;
  const { status, message, recorded, incomplete, refused } = follower.state;
  if (status === 'failed') throw new InputError(options.out, `following ended: ${message}`);
  await log.link();
  await log.tell();
  const left = incomplete.length + refused.length;
  const unread = left === 0 ? '' : `; ${left} checkpoint(s) could not be read`;
  say(`${options.out}: ${recorded} snapshot(s) recorded while following${unread}.`);
}

/** A checkpoint that is half written is waited for, too, until it is given up. */
function isBusy({ current, waiting }: FollowState): boolean {
  return current !== undefined || waiting > 0;
}

/** A run that is there has its own data. */
async function checkData(folder: string, options: FollowOptions): Promise<void> {
  if (await isRun(folder)) await checkSameData(await openRun(folder), options);
  else if (options.data === undefined) throw new UsageError('--data is needed to begin a run');
}

async function newSource(
  out: string,
  options: FollowOptions,
  modelOptions: RecordSource['modelOptions'],
  signal: AbortSignal,
): Promise<RecordSource> {
  const { dataset, scaling, kept } = await openData(options, signal, { targets: true });
  const { name } = options;
  return { dataset, scaling, dataOptions: kept, modelOptions, out, name, patternLimit: USUAL_PATTERN_LIMIT };
}

/** Each checkpoint that is waited for is told once. */
function tellTroubles({ incomplete }: FollowState, told: Set<string>): void {
  for (const { model, problem } of incomplete) {
    if (told.has(model)) continue;
    told.add(model);
    say(`${problem}; it may be half written and is tried again`);
  }
}
