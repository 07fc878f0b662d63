import { cp, copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../core/errors';
import { makeFolder, writeFileAtomically, writingError } from '../../../runs/atomic';
import { manifestName, parseManifest } from '../../../runs/manifest';
import { readManifestText } from '../../../runs/readRun';
import { isRun, isRunAlready } from '../../../runs/writeRun';
import { checkpointName, stateName } from './trainingCheckpoint';
import { configCopy, topologyCopy } from './prepareTraining';
import { readTrainingState, trainingFolder, writeTrainingState } from './trainingState';
import { cutLog, logName } from '../trainLog';

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
  const manifest = parseManifest(await readManifestText(run), path.join(run, manifestName));
  const from = manifest.snapshots[snapshot];
  if (!from?.model || !Number.isInteger(from.epoch)) {
    throw new InputError(
      run,
      `snapshot ${snapshot + 1} is of epoch ${from?.epoch ?? '?'}: training goes on from whole epochs only`,
    );
  }
  const kept = manifest.snapshots.filter(({ epoch }) => epoch <= from.epoch);
  const made = await makeFolder(out);
  try {
    for (const { patterns, model } of kept) {
      await copyWithin(run, out, patterns);
      if (model) await copyWithin(run, out, path.posix.dirname(model.path));
    }
    for (const name of [configCopy, topologyCopy]) await copyWithin(run, out, `${trainingFolder}/${name}`);
    if (manifest.labelNoise) await copyWithin(run, out, manifest.labelNoise.path);
    await makeFolder(path.join(out, trainingFolder));
    const checkpoint = path.join(run, path.dirname(from.model.path), stateName);
    await copyFile(checkpoint, path.join(out, checkpointName(from.epoch)));
    await copyWithin(run, out, logName);
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
    await writeFileAtomically(path.join(out, manifestName), `${text}\n`);
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw writingError(error, out);
  }
}

/** Copies a file or folder of a run to the same place in another. It must be within the run: a manifest is anybody's file. */
async function copyWithin(run: string, out: string, inner: string): Promise<void> {
  const from = path.resolve(run, inner);
  if (!from.startsWith(path.resolve(run) + path.sep)) {
    throw new InputError(path.join(run, manifestName), `names a file outside the run: ${inner}`);
  }
  const to = path.resolve(out, inner);
  await makeFolder(path.dirname(to));
  await cp(from, to, { recursive: true });
}
