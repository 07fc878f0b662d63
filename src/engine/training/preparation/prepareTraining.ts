import path from 'node:path';
import { InputError } from '../../../core/errors';
import type { Layer } from '../../../core/patterns/snapshot';
import type { Dataset } from '../../../data/dataset';
import { readText } from '../../../data/files/fileAccess';
import { parseJson } from '../../../data/files/json';
import { namedFile } from '../../../data/files/namedFile';
import { loadTensorflow } from '../../../models/tfjs/tfjsBackend';
import { readLayers } from '../../../models/tfjs/openTfjs';
import { LayerGraph } from '../../../models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../../../models/tfjs/tensorflow';
import type { TrainParams } from '../../../protocol/training';
import type { TrainingConfig } from '../../../training/config/config';
import { openTrainingData, type TrainingData } from '../../../training/config/data';
import { atItsLine } from '../../../training/config/configError';
import { openTrainingConfig } from '../../../training/config/readConfig';
import { networkTopology } from '../../../training/config/topology';
import { initialWeights } from '../../../training/initialise';
import { recordedLayers } from '../../recording/takeSnapshot';
import type { TrainingControl } from '../trainingControl';
import { loadFeatures, snapshotDataset, type MemoryFeatures } from './memoryData';
import { readTrainingState, TRAINING_FOLDER, type TrainingState } from '../../../runs/trainingState';

/** A training whose data and network are in memory. */
export interface PreparedTraining {
  config: TrainingConfig;
  /** File that the configuration was read from. */
  configFile: string;
  /** Run folder, absolute. */
  run: string;
  engine: TensorEngine;
  graph: LayerGraph;
  data: TrainingData;
  features: MemoryFeatures;
  /** What snapshots are taken of. */
  shown: Dataset;
  /** Rows of the data that `shown` has. */
  shownRows: Int32Array;
  layers: Layer[];
  /** Of a training that is gone on with. */
  state: TrainingState | undefined;
}

/** A training whose configuration is read. */
export interface LocatedTraining extends Pick<PreparedTraining, 'config' | 'configFile' | 'run' | 'state'> {
  /** Text of the configuration. */
  text: string;
  /** What is doubtful about it, in sentences with their line. */
  warnings: string[];
}

/** Name of the copy of the configuration, and of the network's topology, in the training folder of a run. */
export const CONFIG_COPY = 'config.apd.json';
export const TOPOLOGY_COPY = 'topology.json';
/** Bytes of the largest topology that is read. */
const LARGEST_TOPOLOGY = 64 * 1024 ** 2;

/**
 * Reads configuration and data and builds the network.
 * @param tell is told what was assumed, and what computes
 * @throws InputError for whatever is wrong with them
 */
export async function prepareTraining(
  located: LocatedTraining,
  params: TrainParams,
  control: TrainingControl,
  tell: (text: string) => void,
): Promise<PreparedTraining> {
  // Where something is wrong, that is all there is to say.
  const told: string[] = [];
  try {
    const prepared = await prepare(located, params, control, (text) => told.push(text));
    told.forEach(tell);
    return prepared;
  } catch (error) {
    // What does not go with the data is told at its line of the configuration.
    throw atItsLine(error, located.text, located.configFile);
  }
}

async function prepare(
  located: LocatedTraining,
  params: TrainParams,
  control: TrainingControl,
  tell: (text: string) => void,
): Promise<PreparedTraining> {
  const { configFile, run, state, config } = located;
  if (params.epochs !== undefined) config.training.epochs = params.epochs;
  if (params.backend !== undefined) config.backend = params.backend;
  located.warnings.forEach(tell);
  const data = await openTrainingData(config, path.dirname(configFile), configFile, control.signal);
  data.dataset.notices.forEach(tell);
  await control.breathe();
  const engine = await loadTensorflow(config.backend, { searchFolders: params.backendFolders });
  const { name, version, reason } = engine.backend;
  tell(`Trains on ${name} ${version}: ${reason}.`);
  const graph = await buildNetwork({ config, configFile, data, engine, run: state && run });
  graph.notices.forEach(tell);
  for (const { name: layer, activation, reason: why } of graph.skipped) {
    tell(`No patterns are taken of ${layer} (${activation}): ${why}.`);
  }
  const breathe = () => control.breathe();
  const features = await loadFeatures({
    dataset: data.dataset,
    scaling: data.scaling,
    input: graph.input,
    tell,
    breathe,
  });
  const rows = rowsToShow(config, data);
  return {
    config,
    configFile,
    run,
    engine,
    graph,
    data,
    features,
    shown: snapshotDataset(data.dataset, features, data.labels, rows),
    shownRows: rows,
    layers: recordedLayers({ layers: graph.layers }),
    state,
  };
}

/** Configuration and run folder of a training that starts, or of one that is gone on with. */
export async function locateTraining(params: TrainParams): Promise<LocatedTraining> {
  if (params.run !== undefined) {
    const run = path.resolve(params.run);
    const state = await readTrainingState(run);
    if (!state) {
      throw new InputError(run, `was not trained here: expected a run with ${TRAINING_FOLDER}/state.json`);
    }
    const configFile = path.join(run, TRAINING_FOLDER, CONFIG_COPY);
    const { config, text } = await openTrainingConfig(configFile);
    config.training.epochs = state.epochs;
    // Told when it was started.
    return { config, configFile, text, warnings: [], run, state };
  }
  if (params.config === undefined) {
    throw new InputError('training', 'neither a configuration nor a run is given');
  }
  const configFile = path.resolve(params.config);
  const { config, text, warnings } = await openTrainingConfig(configFile);
  const run =
    params.out === undefined
      ? namedFile(path.dirname(configFile), config.out, configFile)
      : path.resolve(params.out);
  const told = warnings.map(({ line, message }) => `${path.basename(configFile)}, line ${line}: ${message}`);
  return { config, configFile, text, warnings: told, run, state: undefined };
}

/**
 * The network: of the configuration's layers with weights from the seed, or of a saved model. One that is gone on with has
 * the topology that its run keeps; its weights come from the checkpoint.
 */
async function buildNetwork({
  config,
  configFile,
  data,
  engine,
  run,
}: {
  config: TrainingConfig;
  configFile: string;
  data: TrainingData;
  engine: TensorEngine;
  run: string | undefined;
}): Promise<LayerGraph> {
  const { model, training } = config;
  if (run !== undefined) {
    const file = path.join(run, TRAINING_FOLDER, TOPOLOGY_COPY);
    return LayerGraph.create({
      engine,
      topology: await readTopology(file),
      weights: undefined,
      source: file,
    });
  }
  if (model.from !== undefined) {
    const file = namedFile(path.dirname(configFile), model.from, configFile);
    const { topology, weights } = await readLayers(file, engine);
    const graph = await LayerGraph.create({ engine, topology, weights, source: file });
    checkWidth(graph, data, config, file);
    return graph;
  }
  const { topology } = networkTopology({
    layers: model.layers ?? [],
    features: data.dataset.features,
    classes: data.classes.length,
    loss: training.loss,
    source: configFile,
  });
  const graph = await LayerGraph.create({ engine, topology, weights: undefined, source: configFile });
  const values = initialWeights(graph.weights, layersOf(topology), training.seed);
  graph.setWeights(values);
  return graph;
}

async function readTopology(file: string): Promise<object> {
  const parsed = parseJson(await readText(file, LARGEST_TOPOLOGY), file);
  if (typeof parsed === 'object' && parsed !== null) return parsed;
  throw new InputError(file, 'is no topology of a network');
}

/** A saved model must end in as many units as there are classes. */
function checkWidth(graph: LayerGraph, data: TrainingData, config: TrainingConfig, file: string): void {
  const binary = config.training.loss === 'binaryCrossEntropy';
  const wanted = binary
    ? 'one output for binary cross-entropy'
    : `${data.classes.length} outputs, one a class`;
  const { kind, classes } = graph.output;
  const fits = binary
    ? kind === 'logit' || kind === 'probability'
    : kind === 'logits' && classes === data.classes.length;
  if (fits) return;
  throw new InputError(
    file,
    `its output is \`${kind}\`${classes ? ` of ${classes}` : ''}, expected ${wanted}`,
  );
}

/** Configuration of every layer of a topology by name, nested ones too. */
function layersOf(topology: object): Map<string, { class_name?: string; config?: Record<string, unknown> }> {
  const found = new Map<string, { class_name?: string; config?: Record<string, unknown> }>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
    } else if (typeof value === 'object' && value !== null) {
      const { class_name: kind, config } = value as { class_name?: unknown; config?: { name?: unknown } };
      if (typeof kind === 'string' && typeof config?.name === 'string') {
        found.set(config.name, { class_name: kind, config: config as Record<string, unknown> });
      }
      Object.values(value).forEach(visit);
    }
  };
  visit(topology);
  return found;
}

/** Rows of the splits that snapshots are taken of, ascending. */
function rowsToShow(config: TrainingConfig, data: TrainingData): Int32Array {
  const { splits } = config.snapshots;
  const all = data.dataset.instances.length;
  if (!splits || !data.dataset.splits) return Int32Array.from({ length: all }, (_, row) => row);
  const wanted = new Set(splits);
  const { names, of } = data.dataset.splits;
  return Int32Array.from(of.keys()).filter((row) => wanted.has(names[of[row]]));
}
