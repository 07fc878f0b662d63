import path from 'node:path';
import { mayContact } from '../../data/files/namedFile';
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
  const out = config && path.resolve(path.dirname(file), config.out);
  return {
    problems: problems.filter(({ kind }) => kind === 'meaning'),
    // One on another computer is not looked at: training says so.
    out: out !== undefined && mayContact(out, path.dirname(file)) ? out : undefined,
  };
}
