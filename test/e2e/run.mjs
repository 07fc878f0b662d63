// Bundles the browser-and-mouse tests; test/run.mjs runs them, or this file alone:
//   node test/e2e/run.mjs [words of test titles]
import { build } from 'esbuild';
import Mocha from 'mocha';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildProduct, root } from '../../esbuild.mjs';
import { hostObstacle } from '../host/run.mjs';

/** Scripts of test/host find their files beside themselves, so they stay where they are. */
const scriptsAsTheyAre = {
  name: 'scripts as they are',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\/.*\.mjs$/ }, ({ path: name, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, name)).href,
      external: true,
    }));
  },
};

/** Bundles the tests; each attempt to run them needs a bundle of its own, as modules load once. Returns the bundle. */
export async function bundleBrowserTests(attempt = 1) {
  const folder = path.join(root, 'test', 'e2e');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort();
  // An ES module beside the others, so that it imports the scripts of test/host as they are.
  const outfile = path.join(root, 'out', 'test', `e2e-${attempt}.mjs`);
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    packages: 'external',
    plugins: [scriptsAsTheyAre],
    stdin: { contents: names.map((name) => `import './${name}';`).join('\n'), resolveDir: folder },
    outfile,
  });
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const obstacle = hostObstacle();
  if (obstacle) {
    console.error(obstacle);
    process.exit(1);
  }
  await buildProduct();
  const mocha = new Mocha({ timeout: 60_000, grep: process.argv.slice(2).join(' ') || undefined });
  mocha.addFile(await bundleBrowserTests());
  await mocha.loadFilesAsync();
  mocha.run((failures) => process.exit(failures > 0 ? 1 : 0));
}
