import path from 'node:path';
import { recordedPatterns, type Snapshot } from '../../../core/patterns/snapshot';
import { encodeCheckpoint } from '../../../models/tfjs/files/savedModel';
import { writeFileAtomically } from '../../../runs/atomic';
import type { RunWriter } from '../../../runs/writeRun';
import { type RunHeader } from '../../../runs/writeRun';
import { snapshotAccuracy, USUAL_PATTERN_LIMIT } from '../../recording/takeSnapshot';
import { headerOf } from '../../recording/runHeader';
import type { PreparedTraining } from '../preparation/prepareTraining';
import { MODEL_JSON } from '../../../runs/checkpoints/modelFile';

/** A snapshot that is whole in the run folder. */
export interface TakenSnapshot {
  epoch: number;
  /** Its place among the snapshots of the run. */
  index: number;
  accuracy: number | undefined;
  /** Distinct patterns of each level. */
  patterns: number[];
}

/** Header of the run of a training. @param tell is told where only prototypes will be kept */
export function trainingHeader(prepared: PreparedTraining, tell: (text: string) => void): RunHeader {
  const { shown, data, config, run, layers, graph, engine } = prepared;
  const { labelColumn, axes, take, sample, splits, seed } = config.data;
  const source = {
    dataset: { ...shown, sources: data.dataset.sources },
    scaling: data.scaling,
    dataOptions: { labelColumn, axes, take, sample, split: splits, seed },
    out: run,
    name: config.name,
    patternLimit: USUAL_PATTERN_LIMIT,
  };
  return headerOf(source, { output: graph.output, backend: engine.backend }, layers, tell);
}

/** Writes a snapshot into the run, with the model that it was taken of as a tfjs LayersModel. */
export async function writeSnapshot(
  prepared: PreparedTraining,
  writer: RunWriter,
  snapshot: Snapshot,
  weights: Float32Array[],
): Promise<TakenSnapshot> {
  const { graph, run } = prepared;
  const folder = modelFolder(snapshot.epoch);
  const named = graph.weights.map(({ name, shape }, w) => ({ name, shape, values: weights[w] }));
  const { modelJson, weightsBin, sha256 } = encodeCheckpoint(graph.topology, named);
  await writer.check();
  // The weights first: whoever sees the model's file finds a whole model.
  await writeFileAtomically(path.join(run, folder, 'weights.bin'), weightsBin);
  await writeFileAtomically(path.join(run, folder, MODEL_JSON), modelJson);
  const accuracy = snapshotAccuracy(snapshot);
  await writer.add(snapshot, { path: `${folder}/${MODEL_JSON}`, sha256 }, accuracy);
  const index = writer.snapshots.length - 1;
  return { epoch: snapshot.epoch, index, accuracy, patterns: recordedPatterns(snapshot) };
}

/** Folder of the model of a snapshot: `models/epoch-0003`. */
export function modelFolder(epoch: number): string {
  const [whole, fraction] = String(epoch).split('.');
  return `models/epoch-${whole.padStart(4, '0')}${fraction === undefined ? '' : `.${fraction}`}`;
}
