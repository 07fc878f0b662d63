import assert from 'node:assert/strict';
import type { ConfigProblem, TrainingConfig } from '../../../../src/training/config/config';
import { parseTrainingConfig } from '../../../../src/training/config/readConfig';

/** A configuration that is right, to be made wrong one value at a time. */
export const rightConfig = {
  data: { files: 'x.npy', labels: 'y.npy', splits: { train: 0.8, val: 0.2 } },
  model: {
    layers: [
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 3 },
    ],
  },
};

/** `rightConfig` with the value of a dotted path replaced; undefined takes it out. */
export function changed(...changes: [string, unknown][]): unknown {
  const config: unknown = structuredClone(rightConfig);
  for (const [path, value] of changes) {
    const names = path.split('.');
    let at = config as Record<string, unknown>;
    for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[names[names.length - 1]] = value;
  }
  return JSON.parse(JSON.stringify(config));
}

/** The problems of a value as a file would have it. */
export function problemsOf(value: unknown): ConfigProblem[] {
  return parseTrainingConfig(JSON.stringify(value, undefined, 2), 'a/run.apd.json').problems;
}

/** The configuration of a value that has no errors. */
export function configOf(value: unknown): TrainingConfig {
  const { config, problems } = parseTrainingConfig(JSON.stringify(value), 'a/run.apd.json');
  assert.ok(config, problems.map(({ message }) => message).join('\n'));
  return config;
}
