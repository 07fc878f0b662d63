import * as path from 'node:path';

/** How files of training configurations end. */
export const CONFIGURATION_ENDING = '.apd.json';
/** Names that say nothing of what the data is about: the folder's is better. */
const nameless = /^((x|y)(_(train|test))?|data|train|features|images?|(train|t10k)-images.*)$/i;

/** Whether a file is a training configuration. */
export function isConfiguration(file: string): boolean {
  return file.toLowerCase().endsWith(CONFIGURATION_ENDING);
}

/** Name of a configuration: that of its file. */
export function configurationName(file: string): string {
  return path.basename(file).slice(0, -CONFIGURATION_ENDING.length);
}

/** Name of the configuration of a dataset: that of its file, or of its folder where the file's tells nothing. */
export function starterName(data: string): string {
  const stem = path.basename(data).replace(/(\.[a-z]\w{0,30}){1,8}$/i, '');
  return nameless.test(stem) ? path.basename(path.dirname(data)) || stem : stem;
}

/** Name that a run folder is known by. */
export function runNameOfConfiguration(folder: string): string {
  return path.basename(folder);
}

/** Of some runs `out` and those that were made beside it: `out-2`, `out-epoch-7`. */
export function runsBeside(runs: readonly string[], out: string): string[] {
  const made = /^(-epoch-\d+|-\d+)*$/;
  return runs.filter((run) => run.startsWith(out) && made.test(run.slice(out.length)));
}
