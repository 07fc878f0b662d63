import path from 'node:path';
import type { ConfigFiles, DataConfig, TrainingConfig } from './config';
import { nameLayers } from './layerNames';

/** A configuration that fits the schema, with the schema's defaults in it. */
export type CheckedConfig = Omit<TrainingConfig, 'name' | 'out'> & { name?: string; out?: string };

/**
 * Fills in the defaults that follow from other values: the names of run and layers, the run folder, the split that is
 * trained on; and takes out the slopes that the schema gives to layers without one.
 * @param file the configuration, which gives the run its name
 */
export function completeConfig(config: CheckedConfig, file: string): TrainingConfig {
  const { name = nameOfFile(file), data, model, training, snapshots, backend } = config;
  const train = data.train ?? defaultTrainSplit(splitNames(data));
  return {
    name,
    data: train === undefined ? data : { ...data, train },
    model: model.layers ? { ...model, layers: nameLayers(model.layers).map(withoutIdleSlope) } : model,
    training,
    snapshots,
    backend,
    out: config.out ?? `runs/${folderName(name)}`,
  };
}

/** The splits of a configuration: of named files, else those to be drawn. */
export function splitNames({ files, splits }: DataConfig): string[] {
  return isNamed(files) ? Object.keys(files) : Object.keys(splits ?? {});
}

/** True for files that make a split each. */
export function isNamed(files: ConfigFiles | undefined): files is Record<string, string> {
  return typeof files === 'object' && !Array.isArray(files);
}

function defaultTrainSplit(names: readonly string[]): string | undefined {
  return names.includes('train') ? 'train' : names[0];
}

function withoutIdleSlope<T extends object>(layer: T): T {
  if (!('slope' in layer) || ('activation' in layer && layer.activation === 'leakyRelu')) return layer;
  const rest = { ...layer };
  delete rest.slope;
  return rest;
}

function nameOfFile(file: string): string {
  return path.basename(file).replace(/(\.apd)?\.jsonc?$/i, '') || 'run';
}

/** A name as that of a folder: what file systems do not like becomes a hyphen. */
function folderName(name: string): string {
  const safe = name.replace(/[\p{Cc}<>:"/\\|?*]+/gu, '-').replace(/^[.\s]+|(?<![.\s])[.\s]+$/g, '');
  return safe || 'run';
}
