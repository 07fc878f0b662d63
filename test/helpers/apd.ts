import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FIXTURES_FOLDER } from '../fixtures';

/** What a run of the command line left. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The built command line. */
export const CLI = path.resolve('dist/cli.js');

/** Runs `apd` in a process of its own, as a user does. */
export function apd(...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

/** Runs `apd` and expects it to work. */
export async function apdOk(...args: string[]): Promise<Outcome> {
  const outcome = await apd(...args);
  if (outcome.code !== 0) throw new Error(`apd ${args.join(' ')}: exit ${outcome.code}\n${outcome.stderr}`);
  return outcome;
}

/** Arguments that record all epochs of a reference set. */
export async function recordArguments(set: string, out: string): Promise<string[]> {
  const folder = path.join(FIXTURES_FOLDER, set);
  const models = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
  const data = ['--data', path.join(folder, 'x.npy'), '--labels', path.join(folder, 'y.npy')];
  return ['record', ...models.map((name) => path.join(folder, name)), ...data, '--out', out];
}
