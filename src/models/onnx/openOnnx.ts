import type { InferenceSession } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import { addAll } from '../../core/lists';
import type { ModelFile } from '../modelFile';
import type { ModelOptions } from '../options';
import type { ModelDescription, ModelInput, ModelRunner, SkippedActivation } from '../runner';
import { analyseModel, decodeModel, isDynamicModel, noLayers, unitsOf, type AnalysedModel } from './describe';
import { engineMessage, loadOnnxBackend, type OnnxBackend } from './onnxBackend';
import { hasDetours, readExternalData, readSmallConstants, type ExternalFile } from './proto/externalData';
import { withPlainLocations } from './proto/locations';
import { parseModel } from './proto/parse';
import { integerField, join } from './proto/rewrite';
import { inputValues, resolveInputs } from './modelInputs';
import { OnnxRunner, OnnxSession, type FetchedTap } from './onnxRunner';
import { readingOf } from './outputReading';
import { probeRows, probeTap, rotateRows, sameValues } from './probe';
import { withOpenBatch } from './rewriting/openBatch';
import { exposeTaps } from './taps';

/** Values of a batch beyond which no memory is asked for: 1 GiB of float32. */
const LARGEST_BATCH = 2 ** 28;

/** Understands an ONNX file, small constants beside it included. @throws InputError as {@link analyseModel} */
async function understand(path: string, file: ModelFile, options: ModelOptions): Promise<AnalysedModel> {
  const decoded = decodeModel(path, file);
  await readSmallConstants(path, decoded.model);
  return analyseModel(path, file, options, decoded);
}

/** What an ONNX file holds, without running it. @throws InputError as {@link analyseModel} */
export async function describeOnnx(
  path: string,
  file: ModelFile,
  options: ModelOptions,
): Promise<ModelDescription> {
  return (await understand(path, file, options)).description;
}

/** Names of the inputs of an ONNX file. @throws InputError where it is none */
export function onnxInputNames(path: string, file: ModelFile): string[] {
  return inputValues(path, parseModel(file.bytes, path)).map(({ name }) => name);
}

/** What engines say of files that are newer than they know. */
const newerVersion = /unsupported model IR version: \d+, max supported IR version: (\d+)/i;

/**
 * Opens a model. The version of the format is lowered where it is above the engine's: newer versions add to the format,
 * and what is added and used in the file the engine refuses by itself.
 */
async function openLowered(
  engine: OnnxBackend,
  bytes: Uint8Array,
  external: ExternalFile[],
  threads: number | undefined,
): Promise<InferenceSession> {
  try {
    return await engine.open(bytes, external, threads);
  } catch (error) {
    const most = newerVersion.exec(error instanceof Error ? error.message : String(error))?.[1];
    if (most === undefined) throw error;
    // Of a field that is there twice the last one counts.
    return engine.open(join([bytes, integerField(1, Number(most))]), external, threads);
  }
}

/** Opens a session on a model with its taps exposed. */
async function openSession(
  path: string,
  engine: OnnxBackend,
  analysed: AnalysedModel,
  options: ModelOptions,
): Promise<{ session: OnnxSession; taps: string[] }> {
  const external = await readExternalData(path, analysed.model);
  const { bytes, outputs } = exposeTaps(analysed);
  const plain = hasDetours(analysed.model) ? withPlainLocations(bytes) : bytes;
  try {
    const session = await openLowered(engine, plain, external, options.threads);
    return { session: new OnnxSession(path, engine, session), taps: outputs };
  } catch (error) {
    throw new InputError(path, `${engine.backend.name} does not take the model: ${engineMessage(error)}`);
  }
}

/** The model as a trial run shows it, layers that are of no use left out. */
interface Probed {
  description: ModelDescription;
  taps: FetchedTap[];
}

/**
 * Runs the model twice on made-up rows, which shows the layers' shapes and whether their instances stand apart: on two
 * and three rows where the batch is free (some models drop an axis of size 1), else on a full batch in two orders.
 */
async function probe(
  session: OnnxSession,
  analysed: AnalysedModel,
  { input, taps, options }: { input: ModelInput; taps: string[]; options: ModelOptions },
): Promise<Probed> {
  const { description } = analysed;
  const size = unitsOf(input.shape);
  const rows = input.batch ?? 2;
  const grown = input.batch === undefined ? 1 : 0;
  const batch = probeRows(input, size, rows + grown);
  const names = [...new Set([...taps, description.output.name])];
  const run = (data: Float32Array, count: number): ReturnType<OnnxSession['run']> =>
    session.run(session.feeds(input, data, count), names);
  const first = await run(batch.subarray(0, rows * size), rows);
  const second = await run(grown ? batch : rotateRows(batch, size), rows + grown);
  const at = (row: number): number => (grown ? row : (row + rows - 1) % rows);
  const skipped: SkippedActivation[] = [...description.skipped];
  const layers: ModelDescription['layers'] = [];
  const kept: FetchedTap[] = [];
  taps.forEach((tap, i) => {
    const layer = description.layers[i];
    const probed = probeTap(first[tap], second[tap], { rows, grown, at });
    if ('reason' in probed) {
      skipped.push({ name: layer.name, activation: layer.activation, reason: probed.reason });
      return;
    }
    layers.push({ ...layer, shape: probed.shape, units: unitsOf(probed.shape) });
    kept.push({ output: tap, layout: probed.layout });
  });
  if (layers.length === 0) throw noLayers(description.path, skipped);
  const { name } = description.output;
  const { output, notices } = readingOf({
    value: analysed.model.graph.outputs.find((each) => each.name === name)!,
    dims: second[name].dims,
    rows: rows + grown,
    sigmoid: analysed.sigmoid,
    classNames: analysed.classNames,
    input,
    options,
  });
  const told = [...description.notices, ...notices];
  return { description: { ...description, input, output, layers, skipped, notices: told }, taps: kept };
}

/**
 * Opens an ONNX model to run it.
 * @throws InputError as {@link analyseModel}, when weights beside the file are missing, no engine loads, or the engine
 * refuses the model
 */
export async function openOnnx(path: string, file: ModelFile, options: ModelOptions): Promise<ModelRunner> {
  const analysed = await understand(path, file, options);
  const { input, notices } = resolveInputs(path, analysed.description.input, options);
  addAll(analysed.description.notices, notices);
  const values = unitsOf(input.shape) * (input.batch ?? 1);
  if (values > LARGEST_BATCH) {
    throw new InputError(
      path,
      `input '${input.name}' takes ${values} values at once, expected at most ${LARGEST_BATCH}`,
    );
  }
  const engine = await loadOnnxBackend(options.backend ?? 'auto');
  const trial: Trial = { path, engine, analysed, input, options };
  const { session, probed } = await openProbed(trial);
  if (input.batch !== 1 || isDynamicModel(analysed)) return runnerOf(engine, session, probed);
  const opened = await openAnyBatch(trial, { session, probed });
  if (!opened) {
    probed.description.notices.push(
      'The model was exported for 1 instance a batch, and its graph holds no more: instances are run one by one. ' +
        'Exported with a dynamic first axis it runs faster.',
    );
    return runnerOf(engine, session, probed);
  }
  await session.release();
  opened.probed.description.notices.push(
    'The model was exported for 1 instance a batch; it is run with more, checked against runs of single instances.',
  );
  return runnerOf(engine, opened.session, opened.probed);
}

/** What opening a model goes by. */
interface Trial {
  path: string;
  engine: OnnxBackend;
  analysed: AnalysedModel;
  input: ModelInput;
  options: ModelOptions;
}

/** A session, and what its trial runs showed. */
interface Opened {
  session: OnnxSession;
  probed: Probed;
}

function runnerOf(engine: OnnxBackend, session: OnnxSession, probed: Probed): ModelRunner {
  return new OnnxRunner({ ...probed, backend: engine.backend, session });
}

async function openProbed({ path, engine, analysed, input, options }: Trial): Promise<Opened> {
  const { session, taps } = await openSession(path, engine, analysed, options);
  try {
    return { session, probed: await probe(session, analysed, { input, taps, options }) };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Instances that a model with an opened batch is checked on. */
const CHECKED_INSTANCES = 3;

/**
 * Opens a model for one instance a batch for any number, where its graph allows.
 * @param single the model as it is
 * @returns undefined where the engine refuses it, other layers come out, or an instance has other values than alone
 */
async function openAnyBatch(trial: Trial, single: Opened): Promise<Opened | undefined> {
  const input = { ...trial.input, batch: undefined };
  const bytes = withOpenBatch(trial.analysed.bytes, trial.analysed.model);
  let opened: Opened | undefined;
  try {
    opened = await openProbed({ ...trial, input, analysed: { ...trial.analysed, bytes } });
    const same = await givesTheSame(input, trial.engine, single, opened);
    if (same) return opened;
  } catch (error) {
    // What the graph does not allow is no mistake of the file: it is run as it is.
    if (!(error instanceof InputError)) throw error;
  }
  await opened?.session.release();
  return undefined;
}

/** Whether instances have the same pre-activations and outputs in a batch as alone. */
async function givesTheSame(
  input: ModelInput,
  engine: OnnxBackend,
  single: Opened,
  opened: Opened,
): Promise<boolean> {
  const units = ({ probed }: Opened): string => probed.description.layers.map((layer) => layer.units).join();
  if (units(single) !== units(opened)) return false;
  const [alone, together] = [single, opened].map(({ session, probed }) => runnerOf(engine, session, probed));
  const rows = probeRows(input, unitsOf(input.shape), CHECKED_INSTANCES);
  const one = await alone.run(rows, CHECKED_INSTANCES);
  const other = await together.run(rows, CHECKED_INSTANCES);
  return (
    one.predicted.every((output, row) => output === other.predicted[row]) &&
    one.taps.every((tap, l) => sameValues(tap, other.taps[l], SAME_RUN))
  );
}

/** Largest difference of numbers of one instance in batches of different size: what kernels round differently, and no more. */
const SAME_RUN = 1e-4;
