import path from 'node:path';
import { InputError } from '../../../core/errors';
import { listMembers } from '../../../data/arrays/npz';
import { readArray } from '../../../data/arrays/readArray';
import { writeNpz, type NamedArray } from '../../../data/arrays/writeNpz';
import { writeAtomically } from '../../../runs/atomic';
import type { OptimizerState } from '../../../training/optimizer';

/** All that a training needs to go on after an epoch; what is drawn at random follows from seed and epoch. */
export interface TrainingCheckpoint {
  /** Values of all weights, in the network's order. */
  weights: Float32Array[];
  optimizer: OptimizerState;
}

/** Writes a checkpoint as an `.npz`: `w0…` weights, `o0…` accumulators of the optimizer, `iterations`. */
export async function writeCheckpoint(file: string, checkpoint: TrainingCheckpoint): Promise<void> {
  const { weights, optimizer } = checkpoint;
  const arrays: NamedArray[] = [
    { name: 'iterations', data: Int32Array.of(optimizer.iterations) },
    ...weights.map((data, w) => ({ name: `w${w}`, data })),
    ...optimizer.accumulators.map(({ values, shape }, o) => ({
      name: `o${o}`,
      data: values,
      shape: shape.length > 0 ? shape : undefined,
    })),
  ];
  await writeAtomically(file, (temporary) => writeNpz(temporary, arrays));
}

/**
 * Reads a checkpoint.
 * @param sizes numbers of each weight of the network that it is for
 * @throws InputError when it is missing, damaged, or of another network
 */
export async function readCheckpoint(file: string, sizes: readonly number[]): Promise<TrainingCheckpoint> {
  const names = (await listMembers(file)).map(({ name }) => name);
  const read = (name: string) => readArray(`${file}:${name}`);
  const weights: Float32Array[] = [];
  for (const [w, size] of sizes.entries()) {
    const { data, type } = await read(`w${w}`);
    if (type !== 'float32' || data.length !== size) {
      throw new InputError(
        file,
        `has ${data.length} numbers of ${type}, expected ${size} of float32`,
        `w${w}`,
      );
    }
    weights.push(data as Float32Array);
  }
  const accumulators: OptimizerState['accumulators'] = [];
  for (let o = 0; names.includes(`o${o}`); o++) {
    const { data, shape } = await read(`o${o}`);
    accumulators.push({ name: `o${o}`, shape, values: Float32Array.from(data) });
  }
  const [iterations] = (await read('iterations')).data;
  return { weights, optimizer: { iterations, accumulators } };
}

/** Name of the checkpoint after an epoch, in the training folder of a run. */
export function checkpointName(epoch: number): string {
  return path.posix.join('training', `checkpoint-${String(epoch).padStart(4, '0')}.npz`);
}

/** Name of the checkpoint beside the model of a snapshot, from which a training can start anew. */
export const STATE_NAME = 'training-state.npz';
