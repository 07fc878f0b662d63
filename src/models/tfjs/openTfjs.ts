import { InputError } from '../../core/errors';
import { readModelFile, type ModelFile } from '../modelFile';
import { resolveInputShape } from '../onnx/inputShape';
import type { ModelOptions } from '../options';
import { refuseOthers } from '../others/otherModel';
import type { ModelDescription, ModelInput, ModelRunner } from '../runner';
import { loadTensorflow } from './tfjsBackend';
import { isKeras, readKerasModel, type SavedKerasModel } from '../keras/readKeras';
import { GraphNetwork } from './graphModel/graphNetwork';
import { readLayersModel, readSavedModel, type SavedLayersModel } from './files/savedModel';
import { LayerGraph } from './graph/layerGraph';
import { runnerOwningGraph } from './tfjsRunner';
import type { TensorEngine } from './tensorflow';
import { elementCount } from '../../core/shape';

/** Values of an instance beyond which no memory is asked for: 1 GiB of float32. */
const LARGEST_INSTANCE = 2 ** 28;

/** Shapes that instances can be brought into: as they are, and with the channels of the first axis moved to the last. */
function shapesOfInstance(instance: readonly number[] | undefined): (readonly number[] | undefined)[] {
  if (instance?.length !== 3) return [instance];
  const [channels, height, width] = instance;
  return [instance, [height, width, channels]];
}

/** The shape of one instance, axes that the model leaves open taken from the data. */
function inputShape(path: string, input: ModelInput, instance: readonly number[] | undefined): number[] {
  let misfit: unknown;
  for (const shape of shapesOfInstance(instance)) {
    try {
      return resolveInputShape(path, input, shape);
    } catch (error) {
      misfit ??= error;
    }
  }
  throw misfit;
}

/** The same, where it is not larger than can be. @throws InputError */
function shapeOfInstance(path: string, input: ModelInput, options: ModelOptions): number[] {
  const shape = inputShape(path, input, options.instanceShape);
  const values = elementCount(shape);
  if (values <= LARGEST_INSTANCE) return shape;
  const problem = `takes ${values} values an instance, expected at most ${LARGEST_INSTANCE}`;
  throw new InputError(path, `input '${input.name}' ${problem}`);
}

/** A network as TensorFlow.js or Keras saved it. */
type SavedNetwork = SavedLayersModel | SavedKerasModel;

/**
 * The layers and weights of a saved model, to go on training from: a LayersModel of TensorFlow.js, or a whole model of Keras.
 * @throws InputError when it is neither, or damaged
 */
export async function readLayers(path: string, engine: TensorEngine): Promise<SavedNetwork> {
  await refuseOthers(path);
  const file = await readModelFile(path, 'a model.json of TensorFlow.js, or a whole model of Keras');
  return isKeras(file) ? readKerasModel(path, file) : readLayersModel(path, engine, file);
}

/** A model as far as its file tells: layers, or a graph of operations. */
type Read =
  | { engine: TensorEngine; saved: SavedNetwork; graph: LayerGraph }
  | { engine: TensorEngine; sha256: string; network: GraphNetwork };

/** Reads a model and makes its network as far as the file tells. */
async function read(path: string, file: ModelFile, options: ModelOptions): Promise<Read> {
  const engine = await loadTensorflow(options.backend ?? 'auto');
  const saved = isKeras(file) ? await readKerasModel(path, file) : await readSavedModel(path, engine, file);
  if ('graphModel' in saved) {
    const { graphModel } = saved;
    const network = await GraphNetwork.create(engine, graphModel, path, options);
    return { engine, sha256: graphModel.sha256, network };
  }
  const graph = await LayerGraph.create({
    engine,
    topology: saved.topology,
    weights: saved.weights,
    source: path,
    options: { output: options.output },
  });
  return { engine, saved, graph };
}

/**
 * What a model of TensorFlow.js or Keras holds, without running it.
 * @param path the file as the user named it
 * @throws InputError as `readSavedModel`, `LayerGraph.create` and `GraphNetwork.create`
 */
export async function describeTfjs(
  path: string,
  file: ModelFile,
  options: ModelOptions,
): Promise<ModelDescription> {
  const made = await read(path, file, options);
  const network = 'network' in made ? made.network : made.graph;
  const sha256 = 'network' in made ? made.sha256 : made.saved.sha256;
  const { input, output, outputs, layers, skipped, notices } = network;
  network.dispose();
  return { path, sha256, input, output, outputs, layers, skipped, notices };
}

/**
 * Opens a model of TensorFlow.js or Keras to run it.
 * @throws InputError as {@link describeTfjs}, when no backend loads, or a trial run on two rows fails
 */
export async function openTfjs(path: string, file: ModelFile, options: ModelOptions): Promise<ModelRunner> {
  const made = await read(path, file, options);
  if ('network' in made) return openGraph(path, made, options);
  const { engine, saved, graph } = made;
  let open = graph;
  try {
    const shape = shapeOfInstance(path, graph.input, options);
    const values = elementCount(shape);
    if (graph.input.shape.some((size) => size < 0)) {
      open = await LayerGraph.create({
        engine,
        topology: saved.topology,
        weights: saved.weights,
        source: path,
        options: { output: options.output, inputShape: shape },
      });
      graph.dispose();
    }
    const runner = runnerOwningGraph(open, engine, { path, sha256: saved.sha256 });
    await runner.run(new Float32Array(2 * values), 2);
    return runner;
  } catch (error) {
    open.dispose();
    throw error;
  }
}

/** A graph model ready to run, its layers' shapes found by trial. */
async function openGraph(
  path: string,
  { engine, network, sha256 }: { engine: TensorEngine; network: GraphNetwork; sha256: string },
  options: ModelOptions,
): Promise<ModelRunner> {
  try {
    await network.probe(shapeOfInstance(path, network.input, options));
    return runnerOwningGraph(network, engine, { path, sha256 });
  } catch (error) {
    network.dispose();
    throw error;
  }
}
