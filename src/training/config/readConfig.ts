import { getNodeValue } from 'jsonc-parser/lib/esm/main.js';
import { InputError } from '../../core/errors';
import { readText } from '../../data/files/fileAccess';
import { checkConfig } from './checks';
import { completeConfig, type CheckedConfig } from './complete';
import type { ConfigProblem, TrainingConfig } from './config';
import type { Finding } from './finding';
import { JsonText, withoutMark } from './jsonText';
import { validateBySchema } from './schema';
import { formatCount } from '../../core/wording';

/** More than any configuration needs. */
const MOST_BYTES = 1024 ** 2;
/** Problems that are told at once. */
const MOST_PROBLEMS = 200;

/**
 * Reads the text of a configuration: JSON with comments and trailing commas, checked against its schema and for what the
 * schema cannot say, with all defaults filled in. Paths stay as they are, relative to the configuration's folder.
 * @param file its name, which names the run where the text does not
 * @returns the configuration unless there are errors; errors and warnings in the order of the text
 */
export function parseTrainingConfig(
  text: string,
  file: string,
): { config?: TrainingConfig; problems: ConfigProblem[] } {
  if (text.length > MOST_BYTES) {
    const message = `has ${formatCount(text.length)} characters, the limit is ${formatCount(MOST_BYTES)}`;
    const start = { line: 1, column: 1, length: 1, pointer: '' };
    return { problems: [{ ...start, message, severity: 'error', kind: 'syntax' }] };
  }
  const json = new JsonText(withoutMark(text));
  if (!json.tree) return { problems: inOrder(json.problems) };
  const value: unknown = getNodeValue(json.tree);
  const bySchema = validateBySchema(value);
  if (bySchema.length > 0) return { problems: placed(bySchema, json, 'schema') };
  // The parser's objects have no prototype; those handed out are to be like any others.
  const config = completeConfig(structuredClone(value) as CheckedConfig, file);
  const problems = placed(
    checkConfig(config, (pointer) => json.has(pointer)),
    json,
    'meaning',
  );
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { config, problems };
}

/**
 * Reads a configuration with its text, by which later problems can be put at their line (`atItsLine`).
 * @throws InputError with the first error, its line and column, and how many more there are
 */
export async function openTrainingConfig(
  file: string,
): Promise<{ config: TrainingConfig; text: string; warnings: ConfigProblem[] }> {
  const text = await readText(file, MOST_BYTES);
  const { config, problems } = parseTrainingConfig(text, file);
  if (!config) {
    const [first, ...others] = problems.filter(({ severity }) => severity === 'error');
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    throw new InputError(file, first.message + more, `line ${first.line}, column ${first.column}`);
  }
  return { config, text, warnings: problems };
}

/**
 * Reads a configuration.
 * @throws InputError with the first error, its line and column, and how many more there are
 */
export async function readTrainingConfig(file: string): Promise<TrainingConfig> {
  return (await openTrainingConfig(file)).config;
}

function placed(findings: readonly Finding[], json: JsonText, kind: ConfigProblem['kind']): ConfigProblem[] {
  const problems = findings.slice(0, MOST_PROBLEMS).map(({ key, ...finding }) => {
    const range = key ? json.locateKey(finding.pointer) : json.locate(finding.pointer);
    return { ...range, ...finding, kind };
  });
  return inOrder(problems);
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems
    .slice(0, MOST_PROBLEMS)
    .sort((a, b) => a.line - b.line || a.column - b.column || (a.severity < b.severity ? -1 : 1));
}
