import path from 'node:path';
import { InputError } from '../../core/errors';
import { openDataset } from '../../data/openDataset';
import type { ModelOptions } from '../../models/openModel';
import { openRun, type Run } from '../../runs/readRun';
import { isRun } from '../../runs/writeRun';
import type { ExpectedNetwork, RecordSource } from '../recording/modelRecorder';
import { USUAL_PATTERN_LIMIT } from '../recording/takeSnapshot';
import { changedSources, datasetOptionsOf, scalingOf } from '../recording/reopenDataset';

/** With what the checkpoints of a run are recorded. */
export interface FollowSource {
  source: RecordSource;
  /** The run that is gone on with; absent where one is to be begun. */
  run?: Run;
  expected?: ExpectedNetwork;
}

/**
 * The data of a run that is there, or what is to be recorded where none is.
 * @param begin opens what a new run is recorded with
 * @throws InputError where the run was trained here, or its data are not what they were
 */
export async function followSource(
  folder: string,
  modelOptions: ModelOptions,
  begin: (() => Promise<RecordSource>) | undefined,
): Promise<FollowSource> {
  if (!(await isRun(folder))) {
    if (begin) return { source: await begin() };
    throw new InputError(folder, 'is no run yet: to begin one, the data of its instances are needed');
  }
  const run = await openRun(folder);
  if (run.manifest.training) {
    throw new InputError(folder, 'is trained here: its snapshots come from its training, not from a folder');
  }
  const dataset = await openDataset(datasetOptionsOf(run));
  const [changed] = changedSources(run, dataset);
  if (changed !== undefined) {
    const problem = `has changed since ${path.basename(folder)} was recorded of it: record into a new run`;
    throw new InputError(changed, problem);
  }
  const { name, dataset: of } = run.manifest;
  const source: RecordSource = {
    dataset,
    scaling: scalingOf(run),
    dataOptions: of.options ?? {},
    modelOptions,
    out: folder,
    name,
    patternLimit: patternLimitOf(run),
  };
  return {
    source,
    run,
    expected: {
      layers: run.layers,
      of: `the run ${name}`,
      kept: { classes: [...run.manifest.classes], output: run.manifest.output },
    },
  };
}

/** A limit that keeps of each level what the run keeps of it. */
function patternLimitOf(run: Run): number {
  const coarse = run.manifest.layers.map(({ kept }) => kept === 'prototypes');
  if (coarse.every((is) => !is)) return Infinity;
  if (coarse.every((is) => is)) return -1;
  return USUAL_PATTERN_LIMIT;
}
