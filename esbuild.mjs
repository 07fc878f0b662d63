// Bundles the product into dist/ and, when asked, the tests and benches into out/.
//   node esbuild.mjs [--watch] [--minify]
import { build, context } from 'esbuild';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const root = path.dirname(fileURLToPath(import.meta.url));

/** Options shared by everything that runs in Node. */
const nodeOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  // Engines find their own binaries beside themselves, so they stay packages.
  external: ['onnxruntime-node', 'onnxruntime-web', 'onnxruntime-web/*', 'mocha', 'playwright-core'],
  // Binary assets are copied beside the bundle and imported as their path.
  loader: { '.wasm': 'file', '.ttf': 'file' },
};

/** Leaves TensorFlow.js to a bundle of its own, which is loaded when it is needed. */
const tensorflowApart = {
  name: 'tensorflow-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/(?:.*\/)?packages$/ }, ({ importer }) =>
      importer.includes(path.join('models', 'tfjs'))
        ? { path: './tensorflow.js', external: true }
        : undefined,
    );
  },
};

/** Leaves what reads HDF5 to a bundle of its own. */
const hdf5Apart = {
  name: 'hdf5-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/hdf5Package$/ }, () => ({ path: './hdf5.js', external: true }));
  },
};

/** What reads HDF5, dist/hdf5.js. */
export const hdf5Build = {
  ...nodeOptions,
  entryPoints: { hdf5: 'src/data/files/hdf5Package.ts' },
  // Nothing is looked up beside the package: its WebAssembly is within it.
  define: { 'import.meta.url': '"file:///"' },
  sourcemap: false,
  outdir: 'dist',
};

/** TensorFlow.js, dist/tensorflow.js. */
export const tensorflowBuild = {
  ...nodeOptions,
  entryPoints: { tensorflow: 'src/models/tfjs/packages.ts' },
  outdir: 'dist',
};

/** The command line, dist/cli.js. */
export const cliBuild = {
  ...nodeOptions,
  entryPoints: { cli: 'src/cli/main.ts' },
  plugins: [tensorflowApart, hdf5Apart],
  outdir: 'dist',
  banner: { js: '#!/usr/bin/env node' },
};

/** The process that does the heavy work, dist/engine.js, forked by the extension. */
export const engineBuild = {
  ...nodeOptions,
  entryPoints: { engine: 'src/engine/server.ts' },
  plugins: [tensorflowApart, hdf5Apart],
  outdir: 'dist',
};

/** What VS Code loads, dist/extension.js. */
export const extensionBuild = {
  ...nodeOptions,
  entryPoints: { extension: 'src/extension/extension.ts' },
  outdir: 'dist',
  external: [...nodeOptions.external, 'vscode'],
};

/** What runs in the pages, each with its style sheet: the panel's, dist/webview.js, and those of details and of log tables. */
export const webviewBuild = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  format: 'iife',
  target: 'chrome122',
  sourcemap: true,
  logLevel: 'warning',
  tsconfig: 'webview/tsconfig.json',
  loader: { '.ttf': 'file' },
  entryPoints: {
    webview: 'webview/main.ts',
    details: 'webview/details/main.ts',
    logTable: 'webview/logTable/main.ts',
  },
  outdir: 'dist',
};

const products = [tensorflowBuild, hdf5Build, cliBuild, engineBuild, extensionBuild, webviewBuild];

/** Every file of a folder whose name ends so, in a stable order. */
async function filesUnder(folder, ending) {
  const names = await readdir(path.join(root, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')));
}

/** One bundle that imports every file of a folder: fast to build, and no list to forget a file in. */
export async function bundleFolder(folder, ending, outfile) {
  const files = await filesUnder(folder, ending);
  await build({
    ...nodeOptions,
    stdin: { contents: files.map((file) => `import './${file}';`).join('\n'), resolveDir: root },
    outfile,
  });
  return files;
}

/** Bundles the product. Returns what each bundle was made of, as esbuild tells it. */
export async function buildProduct(options = {}) {
  const made = products.map((product) => build({ ...product, metafile: true, ...options }));
  return (await Promise.all(made)).map(({ metafile }) => metafile);
}

async function main() {
  const minify = process.argv.includes('--minify');
  if (process.argv.includes('--watch')) {
    for (const product of products) {
      const watching = await context({ ...product, logLevel: 'info' });
      await watching.watch();
    }
  } else {
    await buildProduct({ minify });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
