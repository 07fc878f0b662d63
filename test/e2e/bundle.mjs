// Bundles the browser-and-mouse tests: the tier `e2e` of test/run.mjs.
import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../esbuild.mjs';

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

/** Bundles the tests. Returns the bundle. */
export async function bundleBrowserTests() {
  const folder = path.join(root, 'test', 'e2e');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort();
  // An ES module beside the others, so that it imports the scripts of test/host as they are.
  const outfile = path.join(root, 'out', 'test', 'e2e.mjs');
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
