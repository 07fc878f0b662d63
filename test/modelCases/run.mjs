// Checks folders of models and data against what the framework made of them, through the built command line:
//   npm run build && node test/modelCases/run.mjs [FOLDER] [NAMES...]
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from '../../esbuild.mjs';

const outfile = path.join(root, 'out', 'test', 'modelCases.js');
await build({
  absWorkingDir: root,
  entryPoints: ['test/modelCases/runCases.ts'],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outfile,
  logLevel: 'warning',
});
const [folder = 'test/fixtures/modelCases', ...names] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [outfile, path.resolve(folder), ...names], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
