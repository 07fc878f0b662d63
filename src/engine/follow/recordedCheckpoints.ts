import { stat } from 'node:fs/promises';
import { InputError } from '../../core/errors';
import { sha256OfFile } from '../../data/files/checksum';
import { listCheckpoints } from '../../runs/checkpoints/checkpointFolder';
import { isModelJson } from '../../runs/checkpoints/modelFile';
import type { ManifestSnapshot } from '../../runs/manifest';
import { fileWithin } from '../../runs/readRun';
import { portablePath } from '../recording/runHeader';

/**
 * When the snapshot of each checkpoint was written, by the model's path in the manifest. Checkpoints whose content is
 * another than what was recorded are left out: times alone tell nothing where the clock was ahead when it was.
 * @param run folder of the run
 * @param checkpoints folder of the checkpoints
 */
export async function recordingTimes(
  run: string,
  snapshots: readonly ManifestSnapshot[],
  checkpoints: string,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const checksums = new Map<string, string | undefined>();
  for (const { model, patterns } of snapshots) {
    const file = fileWithin(run, patterns);
    const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (!model || !found) continue;
    times.set(model.path, found.mtimeMs);
    checksums.set(model.path, model.sha256);
  }
  for (const { file, modified } of await listCheckpoints(checkpoints)) {
    const name = portablePath(run, file);
    const recorded = times.get(name);
    // What is younger is looked at anyway.
    if (recorded === undefined || recorded < modified) continue;
    if (!(await isSame(file, checksums.get(name)))) times.delete(name);
  }
  return times;
}

/** Whether a checkpoint is the one of a checksum, as far as that is told by its file alone. */
async function isSame(file: string, checksum: string | undefined): Promise<boolean> {
  // The checksum of models of TensorFlow.js is over several files, which the recorder compares.
  if (checksum === undefined || isModelJson(file)) return checksum === undefined;
  try {
    return (await sha256OfFile(file)) === checksum;
  } catch (error) {
    // Gone meanwhile, or not readable: that is told when it is to be recorded.
    if (error instanceof InputError) return false;
    throw error;
  }
}
