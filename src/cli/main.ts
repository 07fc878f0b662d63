import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { InputError } from '../core/errors';
import { visibleText } from '../core/visibleText';
import { OtherModelError } from '../models/others/otherModel';
import { addCompare } from './compareCommand';
import { addDraw } from './drawCommand';
import { addExport } from './exportCommand';
import { addFollow } from './followCommand';
import { isAbort } from './interrupt';
import { addModel } from './modelCommand';
import { prepareStreams, printHelp, say, sayLines } from './terminal';
import { addRecord } from './recordCommand';
import { addReport } from './reportCommand';
import { addRun } from './runCommand';
import { addLabels } from './labelsCommand';
import { addNovelty } from './noveltyCommand';
import { addSuspects } from './suspectsCommand';
import { addTrain } from './trainCommand';
import { UsageError } from './usageError';

const EXAMPLES = `
Examples:
  apd train moons.apd.json
  apd model model.onnx
  apd record checkpoints/epoch-*.onnx --data x.npy --labels y.npy --out runs/first
  apd draw runs/first --out first.png
  apd run train.py
  apd report runs/first
  apd help record

Exit codes: 0 done, 1 bad input, 2 usage, 130 stopped.`;

function createProgram(): Command {
  const program = new Command('apd')
    .description(
      'Activation pattern diagrams: see how a network with piecewise linear activations learns its data.',
    )
    .version(version)
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: printHelp, writeErr: sayLines })
    .exitOverride();
  addTrain(program);
  addRecord(program);
  addRun(program);
  addFollow(program);
  addDraw(program);
  addExport(program);
  addReport(program);
  addSuspects(program);
  addCompare(program);
  addLabels(program);
  addNovelty(program);
  addModel(program);
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help tells more)');
  return program;
}

/** What Python does with a model that is not opened here, ready to be copied. */
function waysOn(error: InputError): string {
  if (!(error instanceof OtherModelError)) return '';
  const { replay, lines } = error.other;
  const ways = [...(replay === undefined ? [] : [replay]), ...(lines.length === 0 ? [] : [lines.join('; ')])];
  return visibleText(ways.map((way) => ` | ${way}`).join(''));
}

/** Tells what went wrong in one line. Returns the exit code. */
function tellError(error: unknown): number {
  // Commander has told it already; its only code that is no usage error is 0, for help and version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isAbort(error)) return 130;
  if (error instanceof UsageError) {
    say(`apd: ${error.message}`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  // Of a fault the first line tells; what is wrong with a file is one line whatever is in its name.
  say(`apd: ${error instanceof InputError ? message + waysOn(error) : message.split('\n')[0]}`);
  if (!(error instanceof InputError)) {
    if (process.env.APD_DEBUG && error instanceof Error) sayLines(`${error.stack ?? ''}\n`);
    else say('This is a fault of the program, not of the input. APD_DEBUG=1 shows where it happened.');
  }
  return 1;
}

async function main(): Promise<void> {
  prepareStreams();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = tellError(error);
  }
}

void main();
