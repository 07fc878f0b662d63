import type { InferenceSession } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import { addAll } from '../../core/lists';
import type { ModelFile } from '../modelFile';
import type { ModelOptions } from '../options';
import type { ModelDescription, ModelInput, ModelRunner, SkippedActivation } from '../runner';
import { analyseModel, decodeModel, noLayers, unitsOf, type AnalysedModel } from './describe';
import { engineMessage, loadOnnxBackend, type OnnxBackend } from './onnxBackend';
import { hasDetours, readExternalData, readSmallConstants, type ExternalFile } from './proto/externalData';
import { withPlainLocations } from './proto/locations';
import { parseModel } from './proto/parse';
import { integerField, join } from './proto/rewrite';
import { inputValues, resolveInputs } from './modelInputs';
import { OnnxRunner, OnnxSession, type FetchedTap } from './onnxRunner';
import { readingOf } from './outputReading';
import { probeRows, probeTap, rotateRows } from './probe';
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
  const { session, taps } = await openSession(path, engine, analysed, options);
  try {
    const probed = await probe(session, analysed, { input, taps, options });
    return new OnnxRunner({ ...probed, backend: engine.backend, session });
  } catch (error) {
    await session.release();
    throw error;
  }
}
