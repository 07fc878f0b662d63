import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Layer } from '../../core/patterns/snapshot';
import type { Dataset, InputFeatures } from '../../data/dataset';
import { splitMember } from '../../core/arrayMember';
import type { NamedPath } from '../../data/openDataset';
import type { Scaling } from '../../data/scaling';
import type { ModelRunner } from '../../models/runner';
import { FORMAT_VERSION } from '../../runs/manifest';
import type { RunHeader } from '../../runs/writeRun';
import { matchLabels, type MatchedLabels } from './outcomes';
import { isCoarse } from './takeSnapshot';
import { wordedFor } from '../../core/audience';

/** Files of a dataset as a run keeps them: paths relative to its folder, an array of an archive after a colon. */
export interface RunInputs {
  data: NamedPath[];
  labels: NamedPath[];
}

/** What the header of a run is made of. */
export interface HeaderSource {
  dataset: Dataset;
  scaling: Scaling;
  /** Options that shaped the data, to be kept with the run. */
  dataOptions: Record<string, unknown>;
  out: string;
  name?: string;
  patternLimit: number;
  /** Labels as the model's classes are numbered; found out when left out. */
  matched?: MatchedLabels;
}

/**
 * Header of a run of a model on a dataset.
 * @param tell is told where only prototypes will be kept
 */
export function headerOf(
  source: HeaderSource,
  runner: Pick<ModelRunner, 'output' | 'backend'> & { path?: string },
  layers: Layer[],
  tell: (text: string) => void,
): RunHeader {
  const { dataset, out } = source;
  const matched = source.matched ?? matchLabels(dataset.labels, { path: out, ...runner });
  const rows = dataset.instances.length;
  const files = dataset.sources.map(({ path: file, sha256 }) => ({ path: portablePath(out, file), sha256 }));
  const kept = layers.map((layer) => isCoarse(layer, rows, source.patternLimit));
  layers.forEach((layer, l) => {
    if (kept[l]) {
      tell(
        `Layer ${l} (${layer.name}): the patterns of ${rows} instances × ${layer.units} units pass the limit of ` +
          `${Math.round(source.patternLimit / 1024 / 1024)} MiB a level${wordedFor({ commandLine: ' (--pattern-limit)', window: '' })}, so only prototypes are kept.`,
      );
    }
  });
  return {
    formatVersion: FORMAT_VERSION,
    name: source.name ?? path.basename(path.resolve(out)),
    dataset: {
      path: files[0].path,
      sha256: files.length === 1 ? files[0].sha256 : combinedHash(files.map(({ sha256 }) => sha256)),
      rows,
      files,
      options: { ...source.dataOptions, inputs: inputsOf(dataset, out), scaling: source.scaling },
    },
    classes: matched.classes,
    ...(matched.edges && { labelBins: matched.edges }),
    labelled: dataset.labels !== undefined,
    splits: dataset.splits?.names.map((name, s) => ({
      name,
      instances: dataset.splits!.of.reduce((sum, of) => sum + (of === s ? 1 : 0), 0),
    })),
    layers: layers.map((layer, l) => ({ ...layer, kept: kept[l] ? 'prototypes' : 'patterns' })),
    backend: runner.backend,
  };
}

/**
 * Files of a dataset by what they hold, so that an instance can be looked up later: the data, by split where each is a
 * split, and the labels that are not in the data. Undefined where the files do not tell which is which.
 */
function inputsOf({ features, splits, sources }: Dataset, out: string): RunInputs | undefined {
  if (!splits && features.inputs?.[0].path !== undefined) return inputsByName(features.inputs, sources, out);
  const firsts = splits ? splits.names.map((_, s) => splits.of.indexOf(s)) : [0];
  const data: NamedPath[] = [];
  const used = new Set<string>();
  for (const [s, first] of firsts.entries()) {
    if (first < 0) return undefined;
    const { file, member } = features.place(first);
    const inside = sources.find(({ path: source }) => source === file || file.startsWith(source + path.sep));
    if (!inside) return undefined;
    used.add(inside.path);
    // Of an archive whose arrays are several inputs no single one is the data.
    const isMember = member !== undefined && features.inputs === undefined;
    const kept = portablePath(out, inside.path) + (isMember ? `:${member}` : '');
    // Splits that were drawn from one file are drawn again, not read from several.
    if (data.some((known) => known.path === kept)) continue;
    data.push({ name: splits && firsts.length > 1 ? splits.names[s] : undefined, path: kept });
  }
  if (data.length === 1) data[0].name = undefined;
  const labels = sources
    .filter(({ path: source }) => !used.has(source))
    .map(({ path: source }, s) => ({
      name: data[s]?.name,
      path: portablePath(out, source),
    }));
  return labels.length === 0 || labels.length === data.length ? { data, labels } : undefined;
}

/** The files of several inputs of a model, by the inputs' names, and the labels that are in none of them. */
function inputsByName(
  inputs: readonly InputFeatures[],
  sources: Dataset['sources'],
  out: string,
): RunInputs | undefined {
  const paths = inputs.map(({ path: file = '' }) => file);
  const own = new Set(paths.map((file) => splitMember(file).file));
  const labels = sources.flatMap(({ path: source }) =>
    own.has(source) ? [] : [{ path: portablePath(out, source) }],
  );
  const data = inputs.map(({ name }, k) => ({ name, path: portablePath(out, paths[k]) }));
  return labels.length <= 1 ? { data, labels } : undefined;
}

function combinedHash(hashes: string[]): string {
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

/** A path as the run keeps it: relative to its folder, so that both can move together. */
export function portablePath(folder: string, file: string): string {
  const relative = path.relative(path.resolve(folder), path.resolve(file));
  return (relative === '' ? '.' : relative).split(path.sep).join('/');
}
