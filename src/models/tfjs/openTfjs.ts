import { InputError } from '../../core/errors';
import type { ModelFile } from '../modelFile';
import { resolveInputShape } from '../onnx/inputShape';
import type { ModelOptions } from '../options';
import type { ModelDescription, ModelInput, ModelRunner } from '../runner';
import { loadTensorflow } from './tfjsBackend';
import { isKeras, readKerasModel, type SavedKerasModel } from '../keras/readKeras';
import { readLayersModel, type SavedLayersModel } from './files/savedModel';
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

/** A network as TensorFlow.js or Keras saved it. */
type SavedNetwork = SavedLayersModel | SavedKerasModel;

/** Reads a model and makes its network as far as the file tells. */
async function read(
  path: string,
  file: ModelFile,
  options: ModelOptions,
): Promise<{ engine: TensorEngine; saved: SavedNetwork; graph: LayerGraph }> {
  const engine = await loadTensorflow(options.backend ?? 'auto');
  const saved = isKeras(file) ? await readKerasModel(path, file) : await readLayersModel(path, engine, file);
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
 * What a LayersModel of TensorFlow.js or a model of Keras holds, without running it.
 * @param path the file as the user named it
 * @throws InputError as `readLayersModel` and `LayerGraph.create`
 */
export async function describeTfjs(
  path: string,
  file: ModelFile,
  options: ModelOptions,
): Promise<ModelDescription> {
  const { saved, graph } = await read(path, file, options);
  const { input, output, outputs, layers, skipped, notices } = graph;
  graph.dispose();
  return { path, sha256: saved.sha256, input, output, outputs, layers, skipped, notices };
}

/**
 * Opens a LayersModel of TensorFlow.js or a model of Keras to run it.
 * @throws InputError as {@link describeTfjs}, when no backend loads, or a trial run on two rows fails
 */
export async function openTfjs(path: string, file: ModelFile, options: ModelOptions): Promise<ModelRunner> {
  const { engine, saved, graph } = await read(path, file, options);
  let open = graph;
  try {
    const shape = inputShape(path, graph.input, options.instanceShape);
    const values = elementCount(shape);
    if (values > LARGEST_INSTANCE) {
      throw new InputError(
        path,
        `input '${graph.input.name}' takes ${values} values an instance, expected at most ${LARGEST_INSTANCE}`,
      );
    }
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
