import { Option, type Command } from 'commander';
import { describeModel, openModel, type BackendChoice } from '../models/openModel';
import type { ActivationLayer, ModelDescription, ModelRunner } from '../models/runner';
import { printData, printText } from './terminal';
import { textTable } from '../engine/reports/textTable';
import { formatCount } from '../core/wording';

interface ModelCommandOptions {
  json?: boolean;
  output?: string;
  smooth?: 'sign';
  run?: boolean;
  engine: BackendChoice;
}

const EXAMPLES = `
Examples:
  apd model model.onnx
  apd model model.onnx --json`;

/** `apd model`: what of a model can be recorded. */
export function addModel(program: Command): void {
  program
    .command('model')
    .description(
      'list the activation layers of a model, their pieces and units, and what is not piecewise linear',
    )
    .argument(
      '<model>',
      'an ONNX file, a whole Keras model (.keras, .h5), or the model.json of a TensorFlow.js LayersModel',
    )
    .option('--json', 'as JSON')
    .option('--output <name>', "the model's output that gives the classes")
    .addOption(
      new Option(
        '--smooth <way>',
        'list smooth activations as levels too: by the sign of their pre-activation',
      ).choices(['sign']),
    )
    .option('--no-run', 'read the file only: shapes that it does not state stay unknown')
    .addOption(
      new Option('--engine <engine>', 'what tries the model: native code or WebAssembly')
        .choices(['auto', 'node', 'wasm'])
        .default('auto'),
    )
    .addHelpText('after', EXAMPLES)
    .action(describe);
}

async function describe(file: string, options: ModelCommandOptions): Promise<void> {
  const model = options.run === false ? await describeModel(file, options) : await tried(file, options);
  if (options.json) await printData([`${JSON.stringify(jsonOf(model), null, 1)}\n`]);
  else await printText(textOf(model));
}

async function tried(file: string, options: ModelCommandOptions): Promise<ModelDescription | ModelRunner> {
  const runner = await openModel(file, {
    backend: options.engine,
    output: options.output,
    smooth: options.smooth,
  });
  await runner.close();
  return runner;
}

function jsonOf(model: ModelDescription | ModelRunner) {
  const { path, sha256, input, output, outputs, skipped, notices } = model;
  const layers = model.layers.map((layer) => ({ ...layer, pieces: layer.breakpoints.length + 1 }));
  const backend = 'backend' in model ? model.backend : undefined;
  return { path, sha256, input, output, outputs, layers, skipped, notices, backend };
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? '1' : shape.map((axis) => (axis < 0 ? '?' : String(axis))).join('×');
}

function layerCells({ name, activation, shape, units, breakpoints }: ActivationLayer, l: number): string[] {
  const pieces = `${breakpoints.length + 1} (at ${breakpoints.join(', ')})`;
  return [`l${l}`, name, activation, shapeText(shape), units > 0 ? formatCount(units) : '?', pieces];
}

function* textOf(model: ModelDescription | ModelRunner): Iterable<string> {
  const { input, output, batch } = { ...model, batch: model.input.batch };
  for (const part of input.parts ?? [input]) {
    yield `input   ${part.name}: ${part.type} ${shapeText(part.shape)}${batch === undefined ? '' : `, always ${batch} at once`}`;
  }
  const classes = output.classes === undefined ? '' : `, ${output.classes} classes`;
  const outputs = model.outputs.length > 1 ? ` (of ${model.outputs.join(', ')})` : '';
  yield `output  ${output.name}: ${output.kind}${classes}${outputs}`;
  yield '';
  yield* textTable(['level', 'name', 'activation', 'shape', 'units', 'pieces'], model.layers.map(layerCells));
  if (model.skipped.length > 0) {
    yield '';
    yield 'not recorded:';
    yield* textTable(
      ['name', 'activation', 'reason'],
      model.skipped.map(({ name, activation, reason }) => [name, activation, reason]),
    );
  }
  for (const notice of model.notices) yield* ['', notice];
  if ('backend' in model) {
    yield* ['', `runs on ${model.backend.name} ${model.backend.version}: ${model.backend.reason}`];
  }
}
