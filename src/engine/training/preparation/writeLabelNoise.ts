import path from 'node:path';
import { writeNpz } from '../../../data/arrays/writeNpz';
import { writeAtomically } from '../../../runs/atomic';
import type { Manifest } from '../../../runs/manifest';
import type { PreparedTraining } from './prepareTraining';
import { TRAINING_FOLDER } from '../../../runs/trainingState';

/** File of a run that tells which labels were changed on purpose, and what they were. */
const NOISE_FILE = path.posix.join(TRAINING_FOLDER, 'label-noise.npz');

/** Writes which labels were changed; undefined where none were. Arrays `instance`, `label` (as taught) and `original`. */
export async function writeLabelNoise(prepared: PreparedTraining): Promise<Manifest['labelNoise']> {
  const { data, run, config } = prepared;
  const { flipped, labels } = data;
  if (!flipped || !config.data.labelNoise) return undefined;
  const { rows, instances, original } = flipped;
  await writeAtomically(path.join(run, NOISE_FILE), (temporary) =>
    writeNpz(temporary, [
      { name: 'instance', data: instances },
      { name: 'label', data: rows.map((row) => labels[row]) },
      { name: 'original', data: original },
    ]),
  );
  return { path: NOISE_FILE, ...config.data.labelNoise, flipped: rows.length };
}
