import type { ManifestSnapshot } from '../../runs/manifest';
import {
  readCheckpointName,
  type Checkpoint,
  type CheckpointNumbers,
} from '../../runs/checkpoints/checkpointName';

/**
 * The snapshots of a run as checkpoints to be matched with a log, in their order. Each is named by the path of its model as
 * the manifest has it, or by that of its patterns where it has no model, or shares it with another snapshot: so its name
 * stays the same while the run grows.
 *
 * The numbers in a name count where they are those of the manifest, as then the conventions of the tool that named it hold
 * (Keras counts from 1), where it tells a step alone, and where the manifest just counts the models through.
 */
export function checkpointsOf(snapshots: readonly ManifestSnapshot[]): Checkpoint[] {
  const names = namesOf(snapshots);
  const told = names.map(readCheckpointName);
  const byName = areCounted(snapshots) && tellApart(told);
  return snapshots.map(({ epoch, step }, s) => {
    const name = names[s];
    const stepAlone = told[s].epoch === undefined && told[s].step !== undefined;
    // Among equal numbers, and where there are none, the order of the run is that of the training.
    const place = { name, modified: s };
    if (byName || stepAlone || told[s].epoch === epoch) return place;
    return step === undefined ? { ...place, epoch } : { ...place, epoch, step };
  });
}

function namesOf(snapshots: readonly ManifestSnapshot[]): string[] {
  const uses = new Map<string, number>();
  for (const { model } of snapshots) if (model) uses.set(model.path, (uses.get(model.path) ?? 0) + 1);
  return snapshots.map(({ model, patterns }) =>
    model && uses.get(model.path) === 1 ? model.path : patterns,
  );
}

/** Epochs 0, 1, 2, …: given to models whose names tell none, so they say nothing but the order. */
function areCounted(snapshots: readonly ManifestSnapshot[]): boolean {
  return snapshots.every(({ epoch, step }, s) => epoch === s && step === undefined);
}

/** False where a number stands in several names, so that it is none of an epoch: `net64-a.onnx`, `net64-b.onnx`. */
function tellApart(told: readonly CheckpointNumbers[]): boolean {
  const bare = told.filter(({ naming }) => naming === 'number').map(({ epoch }) => epoch);
  return new Set(bare).size === bare.length;
}
