import { Option, type Command } from 'commander';
import { InputError } from '../core/errors';
import type { OutputKind } from '../core/patterns/outcome';
import { USUAL_PATTERN_LIMIT } from '../engine/recording/takeSnapshot';
import { inputNames } from '../engine/recording/inputNames';
import { summariseLog } from '../engine/logs/logReport';
import { matchText } from '../engine/logs/logReportText';
import { checkLogFile, tellsEpochsAlone, linkLogFile, readRunLog } from '../engine/logs/openRunLog';
import { recordRun } from '../engine/recording/recordRun';
import { arrangeCheckpoints, type ArrangedCheckpoints } from '../runs/checkpoints/checkpointMoments';
import type { BackendChoice, ModelOptions } from '../models/openModel';
import { addDataOptions, openData } from './dataOptions';
import { interruptSignal, isAbort } from './interrupt';
import { numberList, wholeNumber } from './numbers';
import { recordedText } from './recordedText';
import { say } from './terminal';
import { ProgressBar } from './progress';

interface RecordOptions extends Record<string, unknown> {
  out: string;
  name?: string;
  force?: boolean;
  epochs?: number[];
  output?: string;
  smooth?: 'sign';
  outputAs?: OutputKind;
  engine: BackendChoice;
  threads?: number;
  batchSize?: number;
  patternLimit: number;
  log?: string;
}

const EXAMPLES = `
Examples:
  apd record model.onnx --data x.npy --labels y.npy --out runs/model
  apd record checkpoints/epoch-*.onnx --data train.csv --label-column species --out runs/iris
  apd record checkpoints/epoch-*.onnx --data x.npy --log checkpoints/log.csv --out runs/logged
  apd record mnist.onnx --data t10k-images-idx3-ubyte.gz --scale 0.00392156862745098 --mean 0.5 --std 0.5 --out runs/mnist
  apd record m.onnx --data train=a.npz:x test=b.npz:x --labels train=a.npz:y test=b.npz:y --out runs/splits`;

/** `apd record`: activation patterns of saved models. */
export function addRecord(program: Command): void {
  const command = program
    .command('record')
    .description(
      'record the activation patterns of a dataset in saved models, a snapshot each, into a run folder',
    )
    .argument(
      '<model...>',
      'ONNX files, whole Keras models (.keras, .h5), or model.json files of TensorFlow.js; in the order of the training where their names tell it, else as given',
    )
    .requiredOption('--out <folder>', 'the run folder')
    .option('--log <file>', "the training's log, which is linked to the run")
    .option('--name <name>', 'name of the run (that of its folder when left out)')
    .option('--force', 'replace the run that is in the folder')
    .option(
      '--epochs <list>',
      'epochs of the models in the order given, with commas (by their names when left out, else 0, 1, 2, …)',
      numberList,
    )
    .option('--output <name>', "the model's output that gives the classes")
    .addOption(
      new Option(
        '--output-as <kind>',
        'what that output is (found by its shape and the labels when left out)',
      ).choices(['class', 'value', 'labels', 'none']),
    )
    .addOption(
      new Option(
        '--smooth <way>',
        'record smooth activations (GELU, SiLU, …) too: by the sign of their pre-activation',
      ).choices(['sign']),
    )
    .addOption(
      new Option('--engine <engine>', 'what runs the models: native code or WebAssembly')
        .choices(['auto', 'node', 'wasm'])
        .default('auto'),
    )
    .option('--threads <n>', 'threads of the engine', wholeNumber(1))
    .option('--batch-size <n>', 'instances in one batch', wholeNumber(1))
    .option(
      '--pattern-limit <MiB>',
      'levels whose packed patterns would be larger keep prototypes only',
      wholeNumber(0),
      USUAL_PATTERN_LIMIT / 1024 / 1024,
    )
    .addHelpText('after', EXAMPLES);
  addDataOptions(command).action(record);
}

/** Models with their moments: as told, else by their names. */
function arrange(given: string[], { epochs }: RecordOptions, stepsAreEpochs: boolean): ArrangedCheckpoints {
  if (!epochs) return arrangeCheckpoints(given, { stepsAreEpochs });
  if (epochs.length !== given.length) {
    throw new InputError(
      '--epochs',
      `has ${epochs.length} numbers for ${given.length} models, expected one each`,
    );
  }
  return { files: given, moments: epochs.map((epoch) => ({ epoch })), leftOut: [] };
}

function modelOptionsOf({ engine, threads, output, smooth, outputAs }: RecordOptions): ModelOptions {
  return { backend: engine, threads, output, smooth, outputAs };
}

async function record(given: string[], options: RecordOptions): Promise<void> {
  const signal = interruptSignal();
  const log = options.log === undefined ? undefined : await checkLogFile(options.log, signal);
  const {
    files: models,
    moments,
    leftOut,
  } = arrange(given, options, log !== undefined && tellsEpochsAlone(log));
  for (const { file, reason } of leftOut) {
    say(`${file}: left out, as it ${reason}; --epochs takes all models.`);
  }
  const { dataset, scaling, kept } = await openData(options, signal, {
    targets: true,
    inputs: await inputNames(models[0]),
  });
  const bar = new ProgressBar('Recording');
  let finished = 0;
  const started = performance.now();
  const request = {
    models,
    moments,
    dataset,
    scaling,
    dataOptions: kept,
    modelOptions: modelOptionsOf(options),
    out: options.out,
    name: options.name,
    force: options.force,
    batchSize: options.batchSize,
    patternLimit: options.patternLimit * 1024 * 1024,
  };
  try {
    await recordRun(request, {
      onNotice: (text) => {
        bar.clear();
        say(text);
      },
      onProgress: (s, done, rows) =>
        bar.update(s * rows + done, models.length * rows, `epoch ${moments[s].epoch}`),
      onSnapshot: (snapshot, accuracy) => {
        finished++;
        bar.clear();
        say(recordedText(snapshot, accuracy));
      },
      signal,
    });
  } catch (error) {
    bar.clear();
    if (isAbort(error)) {
      say(
        finished === 0
          ? 'Stopped before the first snapshot: nothing was written.'
          : `Stopped. ${options.out} holds the ${finished} finished snapshot(s).`,
      );
    }
    throw error;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${options.out}: ${finished} snapshot(s) of ${dataset.instances.length} instances in ${seconds} s`);
  if (options.log !== undefined) await linkLog(options.out, options.log);
}

/** Links the log to the run that was recorded, and tells how they belong together. */
async function linkLog(out: string, file: string): Promise<void> {
  await linkLogFile(out, file);
  const log = summariseLog(await readRunLog(out, { findBeside: false }));
  if (log) say(matchText(log, file));
}
