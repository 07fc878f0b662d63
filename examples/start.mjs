// What `npm start` does: records the digits example and draws it, with the command line that users have.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { buildProduct, root } from '../esbuild.mjs';

await buildProduct();

const example = path.join(root, 'examples', 'digits');
const run = path.join(root, 'out', 'start', 'digits');
const picture = path.join(root, 'out', 'start', 'digits.png');
const partition = path.join(root, 'out', 'start', 'digits-partition.png');
const models = readdirSync(example)
  .filter((name) => name.endsWith('.onnx'))
  .sort()
  .map((name) => path.join(example, name));

/** Runs `apd` with its output on this terminal. */
function apd(...args) {
  execFileSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], { stdio: 'inherit' });
}

const data = ['--data', path.join(example, 'x.npy'), '--labels', path.join(example, 'y.npy')];
apd('record', ...models, ...data, '--out', run, '--name', 'digits', '--force');
apd('draw', run, '--out', picture);
apd('draw', run, '--view', 'partition', '--out', partition);

console.log(`
The activation pattern diagram of the digits example after its last epoch is in
  ${picture}
and the partition of its instances in
  ${partition}
Its measures:  node dist/cli.js report ${path.relative(process.cwd(), run) || '.'}`);
