import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../core/errors';
import { findPython, withRecorder, type FoundPython } from '../runs/python/findPython';
import { wholeNumber } from './numbers';
import { say } from './terminal';
import { UsageError } from './usageError';

const EXAMPLES = `
Examples:
  apd run train.py --lr 0.1
  apd run --out runs/first --every 200 train.py
  apd run --python .venv/bin/python -m mypackage.train --epochs 5

Options come before the script; everything after it is the script's. The script runs as it always does: its input, output
and exit code pass through, its trained weights stay the same. The run folder grows beside it, a snapshot an epoch.`;

interface RunOptions {
  python?: string;
  module?: string;
  out?: string;
  every?: number;
  limit?: number;
  levels?: string[];
  model?: string;
  split?: string;
  initial: boolean;
  smooth?: string;
  seed?: string;
  force?: boolean;
}

/** `apd run`: a Python training, unchanged, recorded while it runs. */
export function addRun(program: Command): void {
  program.enablePositionalOptions();
  program
    .command('run')
    .description('run a Python training as it is, and record it while it runs')
    .argument('[script]', 'the training script')
    .argument('[args...]', 'its arguments')
    .option(
      '--python <file>',
      'the Python to run it with (the active or the folder’s environment when left out)',
    )
    .option('-m, --module <module>', 'run a module in place of a script')
    .option('--out <run>', 'the run folder (runs/NAME OF THE SCRIPT when left out)')
    .option('--every <n>', 'a snapshot every so many optimizer steps, not epochs', wholeNumber(1))
    .option('--limit <n>', 'most instances of a split that are kept (10,000 when left out)', wholeNumber(1))
    .option('--levels <pattern>', 'only levels whose names fit, as layer4.*; may be given again', addPattern)
    .option('--model <name>', 'class or variable of the model, where several are trained')
    .option('--split <split>', 'instances to keep: train, validation or all')
    .option('--no-initial', 'leave out the initial weights')
    .option('--smooth <how>', 'sign: also the sign of the pre-activation of GELU, SiLU and the like')
    .option('--seed <n>', 'seed of the choice of instances')
    .option('--force', 'replace a run that is there')
    // Of a module nothing stands before its options.
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .action(runScript);
}

function addPattern(pattern: string, before: string[] = []): string[] {
  return [...before, pattern];
}

async function runScript(script: string | undefined, args: string[], options: RunOptions): Promise<void> {
  if (script === undefined && options.module === undefined) {
    throw new UsageError('name the training script, or a module with -m');
  }
  if (options.module === undefined && script!.startsWith('-')) {
    throw new UsageError(`unknown option ${script}; options of the script come after it`);
  }
  // With -m the first word after the options is already the module's.
  const rest = script === undefined ? [] : [script, ...args];
  if (options.module === undefined && !existsSync(script!)) {
    throw new InputError(script!, 'is not there, expected a Python script');
  }
  const python = findPython({
    named: options.python,
    folder: process.cwd(),
    env: process.env,
    platform: process.platform,
  });
  if (!python) {
    throw new InputError(
      process.cwd(),
      'no Python was found: there is none on the search path and no environment in the folder; name one with --python',
    );
  }
  say(`apd: Python: ${python.command} (${python.reason})`);
  const target = options.module === undefined ? rest : ['-m', options.module, ...rest];
  process.exitCode = await passThrough(python, [
    '-m',
    'apd_recorder',
    ...recorderOptions(options),
    ...target,
  ]);
}

/** The options as the recorder has them. */
function recorderOptions(options: RunOptions): string[] {
  const { out, every, limit, levels = [], model, split, initial, smooth, seed, force } = options;
  const named = { out, every, limit, model, split, smooth, seed };
  return [
    ...Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
    ...levels.flatMap((pattern) => ['--levels', pattern]),
    ...(initial ? [] : ['--no-initial']),
    ...(force ? ['--force'] : []),
  ];
}

/** The recorder that comes with this program, beside its `dist/`. */
function bundledRecorder(): string {
  return path.join(__dirname, '..', 'recorder', 'src');
}

/** Runs Python on this terminal. @returns its exit code; 128 and the signal's number where one ended it */
async function passThrough({ command }: FoundPython, args: string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: withRecorder(process.env, bundledRecorder()) });
  const release = passSignals(child);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        const why =
          error.code === 'ENOENT' ? 'is not there' : `cannot be started (${error.code ?? error.message})`;
        reject(new InputError(command, `${why}, expected a Python`));
      });
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
  } finally {
    release();
  }
}

/** Ctrl-C reaches the script by the terminal, and is its own to answer; a request to end is passed on. */
function passSignals(child: ChildProcess): () => void {
  const ignore = () => undefined;
  const end = () => void child.kill('SIGTERM');
  process.on('SIGINT', ignore);
  process.on('SIGTERM', end);
  return () => {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', end);
  };
}
