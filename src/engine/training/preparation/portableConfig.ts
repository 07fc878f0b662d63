import path from 'node:path';
import type { ConfigFiles, TrainingConfig } from '../../../training/config/config';

/**
 * A configuration as a run keeps it: all defaults filled in, its paths relative to another folder.
 * @param from folder that the paths are relative to
 * @param to folder that they shall be relative to
 */
export function portableConfig(config: TrainingConfig, from: string, to: string): TrainingConfig {
  const moved = (file: string) => {
    const relative = path.relative(to, path.resolve(from, file));
    return relative.split(path.sep).join('/');
  };
  const files = (given: ConfigFiles): ConfigFiles => {
    if (typeof given === 'string') return moved(given);
    if (Array.isArray(given)) return given.map(moved);
    return Object.fromEntries(Object.entries(given).map(([split, file]) => [split, moved(file)]));
  };
  const { data, model } = config;
  return {
    ...config,
    data: {
      ...data,
      files: files(data.files),
      labels: data.labels === undefined ? undefined : files(data.labels),
    },
    model: model.from === undefined ? model : { ...model, from: moved(model.from) },
  };
}
