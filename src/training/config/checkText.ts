import path from 'node:path';
import type { ConfigProblem } from './config';
import { parseTrainingConfig } from './readConfig';

/**
 * What is wrong with the text of a configuration beyond what its syntax and its schema tell, which an editor that has the
 * schema shows by itself.
 * @param file its path
 * @returns with the folder of its run, absolute, where there is no error
 */
export function checkTrainingText(text: string, file: string): { problems: ConfigProblem[]; out?: string } {
  const { config, problems } = parseTrainingConfig(text, file);
  return {
    problems: problems.filter(({ kind }) => kind === 'meaning'),
    out: config && path.resolve(path.dirname(file), config.out),
  };
}
