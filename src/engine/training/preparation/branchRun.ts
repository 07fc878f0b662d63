import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../core/errors';
import { readPieces } from '../../../data/files/fileAccess';
import { writeAtomically, writeFileAtomically, writingError } from '../../../runs/atomic';
import { MANIFEST_NAME, parseManifest, type ManifestSnapshot } from '../../../runs/manifest';
import { fileWithin, readManifestText } from '../../../runs/readRun';
import { fileOfRun, modelFiles, removeOtherPatterns, removeTrainingFiles } from '../../../runs/runFiles';
import { RunLock } from '../../../runs/runLock';
import { isRun, isRunAlready } from '../../../runs/writeRun';
import { checkpointName, STATE_NAME } from './trainingCheckpoint';
import { CONFIG_COPY, TOPOLOGY_COPY } from './prepareTraining';
import { readTrainingState, TRAINING_FOLDER, writeTrainingState } from '../../../runs/trainingState';
import { cutLog, LOG_NAME } from '../trainLog';

/**
 * Makes a run of its own of the snapshots of a trained run up to one of them, so that training can go on from there while
 * the first run stays as it is.
 * @param out folder beside the run, which is not there yet
 * @throws InputError where the snapshot lies within an epoch, or cannot be gone on from
 */
export async function branchRun(run: string, snapshot: number, out: string): Promise<void> {
  const state = await readTrainingState(run);
  if (!state) throw new InputError(run, 'was not trained here, so there is nothing to go on from');
  if (path.dirname(path.resolve(out)) !== path.dirname(path.resolve(run))) {
    throw new InputError(out, `is not beside ${run}: paths within a run would no longer lead to its data`);
  }
  if (await isRun(out)) throw isRunAlready(out);
  const manifest = parseManifest(await readManifestText(run), path.join(run, MANIFEST_NAME));
  const from = manifest.snapshots[snapshot];
  if (!from?.model || !Number.isInteger(from.epoch)) {
    throw new InputError(
      run,
      `snapshot ${snapshot + 1} is of epoch ${from?.epoch ?? '?'}: training goes on from whole epochs only`,
    );
  }
  const kept = manifest.snapshots.filter(({ epoch }) => epoch <= from.epoch);
  const lock = await RunLock.take(out, 'train');
  try {
    await copySnapshots(run, out, kept);
    for (const name of [CONFIG_COPY, TOPOLOGY_COPY]) await copyWithin(run, out, `${TRAINING_FOLDER}/${name}`);
    if (manifest.labelNoise) await copyWithin(run, out, manifest.labelNoise.path);
    const checkpoint = path.posix.join(path.posix.dirname(from.model.path), STATE_NAME);
    await copyWithin(run, out, checkpoint, checkpointName(from.epoch));
    await copyWithin(run, out, LOG_NAME);
    await cutLog(out, (epoch) => epoch <= from.epoch);
    await writeTrainingState(out, {
      ...state,
      unfinished: undefined,
      status: 'stopped',
      epoch: from.epoch,
      checkpoint: checkpointName(from.epoch),
      best: state.best && state.best.epoch <= from.epoch ? state.best : undefined,
      message: `Begun from epoch ${from.epoch} of ${path.basename(run)}.`,
    });
    const name = path.basename(out);
    const text = JSON.stringify({ ...manifest, name, snapshots: kept }, null, 1);
    await writeFileAtomically(path.join(out, MANIFEST_NAME), `${text}\n`);
  } catch (error) {
    await removeOtherPatterns(out, new Set());
    await removeTrainingFiles(out);
    throw writingError(error, out);
  } finally {
    await lock.release();
  }
}

/** Copies the patterns of snapshots, and what is kept of their models. */
async function copySnapshots(run: string, out: string, kept: readonly ManifestSnapshot[]): Promise<void> {
  for (const { patterns, model } of kept) {
    await copyWithin(run, out, patterns);
    if (!model) continue;
    const folder = path.posix.dirname(model.path);
    for (const name of modelFiles) {
      const inner = path.posix.join(folder, name);
      if (await fileOfRun(run, inner)) await copyWithin(run, out, inner);
    }
  }
}

/**
 * Copies a file of a run into another, to the same place where no other is given. It must be within the run: a manifest is
 * anybody's file.
 */
async function copyWithin(run: string, out: string, inner: string, to = inner): Promise<void> {
  const from = await fileOfRun(run, inner);
  if (from === undefined || fileWithin(out, to) === undefined) {
    throw new InputError(path.join(run, MANIFEST_NAME), `names what is no file of the run: ${inner}`);
  }
  await writeAtomically(path.join(out, to), (temporary) => writeFile(temporary, readPieces(from)));
}
