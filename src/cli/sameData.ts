import path from 'node:path';
import { InputError } from '../core/errors';
import type { DatasetOptions } from '../data/openDataset';
import { parseScaling } from '../data/scaling';
import { datasetOptionsOf, scalingOf } from '../engine/recording/reopenDataset';
import type { Run } from '../runs/readRun';
import { classNames, namedPath, type DataOptions } from './dataOptions';
import { splitMember } from '../core/arrayMember';

/** Options that shape data, with what runs call them. */
const shaping: [Exclude<keyof DataOptions, 'labels'>, string][] = [
  ['labelColumn', '--label-column'],
  ['features', '--features'],
  ['drop', '--drop'],
  ['header', '--header'],
  ['delimiter', '--delimiter'],
  ['missing', '--missing'],
  ['axes', '--axes'],
  ['resize', '--resize'],
  ['crop', '--crop'],
  ['split', '--split'],
  ['seed', '--seed'],
  ['take', '--take'],
  ['sample', '--sample'],
];

/**
 * Checks that options about data, as far as there are any, are those that a run was recorded with: others would make a run
 * of two.
 * @throws InputError naming the first that is another
 */
export async function checkSameData(run: Run, raw: Record<string, unknown>): Promise<void> {
  const { labels, ...options } = raw as unknown as Partial<Omit<DataOptions, 'labels'>> & {
    labels?: string[] | boolean;
  };
  const own = datasetOptionsOf(run);
  checkFiles(run, options.data, own.data);
  if (Array.isArray(labels)) checkFiles(run, labels, own.labels ?? []);
  if (labels === false && own.labelColumn !== false) throw anotherOption(run, '--no-labels', undefined);
  const kept = run.manifest.dataset.options ?? {};
  for (const [name, flag] of shaping) {
    const given = options[name];
    if (given !== undefined && String(given) !== String(kept[name])) {
      throw anotherOption(run, flag, kept[name]);
    }
  }
  if (options.classes !== undefined && String(await classNames(options.classes)) !== String(kept.classes)) {
    throw anotherOption(run, '--classes', kept.classes);
  }
  const { scale, mean, std } = options;
  if (scale === undefined && mean === undefined && std === undefined) return;
  const { scale: factor, mean: centre, deviation } = scalingOf(run);
  const scaling = `--scale ${factor} --mean ${centre.join(',')} --std ${deviation.join(',')}`;
  if (
    JSON.stringify(parseScaling({ scale, mean, std })) ===
    JSON.stringify({ scale: factor, mean: centre, deviation })
  ) {
    return;
  }
  throw new InputError(run.folder, `was recorded with ${scaling}, which holds for all its snapshots`);
}

function anotherOption({ folder }: Run, flag: string, own: unknown): InputError {
  const was = own === undefined ? `without ${flag}` : `with ${flag} ${String(own)}`;
  return new InputError(folder, `was recorded ${was}, which holds for all its snapshots`);
}

function checkFiles(run: Run, given: readonly string[] | undefined, own: DatasetOptions['data']): void {
  if (given === undefined) return;
  const paths = given.map((text) => path.resolve(namedPath(text).path));
  const ownPaths = own.map((named) => named.path);
  const same = (file: string, i: number) => ownPaths[i] === file || splitMember(ownPaths[i]).file === file;
  // Splits that a single file holds are several paths of it.
  const isWhole =
    paths.length === 1 && ownPaths.length > 1 && ownPaths.every((own) => splitMember(own).file === paths[0]);
  if (isWhole || (paths.length === ownPaths.length && paths.every(same))) return;
  throw new InputError(
    run.folder,
    `was recorded of ${ownPaths.join(', ') || 'no other files'}, not of ${paths.join(', ')}`,
  );
}
