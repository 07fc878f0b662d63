import path from 'node:path';
import { InputError } from '../core/errors';
import { readArray } from '../data/arrays/readArray';
import { MANIFEST_NAME } from './manifest';
import { fileWithin, type Run } from './readRun';

/**
 * Labels that were changed on purpose: by instance, the class it had before. Undefined where a run has none.
 * @throws InputError when the file that tells them is missing, damaged, or outside the run
 */
export async function readLabelNoise(run: Run): Promise<ReadonlyMap<number, number> | undefined> {
  const { labelNoise } = run.manifest;
  if (!labelNoise) return undefined;
  const file = fileWithin(run.folder, labelNoise.path);
  if (file === undefined) {
    const problem = `names a file outside the run: ${labelNoise.path}`;
    throw new InputError(path.join(run.folder, MANIFEST_NAME), problem, 'labelNoise');
  }
  const [instances, originals] = [await readArray(`${file}:instance`), await readArray(`${file}:original`)];
  if (instances.data.length !== originals.data.length) {
    const found = `${instances.data.length} instances and ${originals.data.length} original labels`;
    throw new InputError(file, `has ${found}, expected as many of both`);
  }
  return new Map(Array.from(instances.data, (instance, i) => [instance, originals.data[i]]));
}
