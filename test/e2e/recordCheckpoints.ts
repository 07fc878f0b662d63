import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Records all models of a folder, or those named, over the data beside them, by the command line. */
export function recordCheckpoints(folder: string, out: string, names = modelsIn(folder)): void {
  const models = names.map((name) => path.join(folder, name));
  const data = ['--data', path.join(folder, 'x.npy'), '--labels', path.join(folder, 'y.npy')];
  const args = ['record', ...models, ...data, '--out', out];
  execFileSync(process.execPath, [path.resolve('dist', 'cli.js'), ...args], { stdio: 'pipe' });
}

function modelsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .sort();
}
