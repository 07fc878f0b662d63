// The tiers of tests, from the fastest to the slowest, and how each is run.
import { fork } from 'node:child_process';
import path from 'node:path';
import { bundleFolder, buildProduct, root } from '../../esbuild.mjs';
import { bundleBrowserTests } from '../e2e/bundle.mjs';
import { hostObstacle, runHost } from '../host/runHost.mjs';

/**
 * What came of tests: the title path of each, outermost first.
 * @typedef {{ passed: string[][], failed: string[][], skipped: string[][] }} Results
 */

/**
 * One tier. `run` takes words of titles; `obstacle` says why it
 * cannot run here. Where processes, windows or clocks play a part, what fails is tried a second time (`triesAgain`).
 * @typedef {object} Tier
 * @property {string} name
 * @property {string} title
 * @property {boolean} triesAgain
 * @property {() => string | undefined} [obstacle]
 * @property {(grep: string | undefined) => Promise<Results>} run
 */

/** Runs a bundle of tests in a process of its own. */
function inProcess(bundle, grep, alone = false) {
  return new Promise((resolve) => {
    const args = [bundle, grep ?? '', alone ? 'alone' : ''];
    const child = fork(path.join(root, 'test', 'running', 'mochaProcess.mjs'), args, { cwd: root });
    let results;
    child.on('message', (message) => (results = message));
    child.on('exit', (code, signal) => {
      const broken = [`${path.basename(bundle)} ended with ${signal ?? code}`];
      resolve(results ?? { passed: [], failed: [broken], skipped: [] });
    });
  });
}

let product;
/** Bundles the product, once. */
function withProduct() {
  product ??= buildProduct();
  return product;
}

/** @type {Tier[]} */
export const tiers = [
  {
    name: 'unit',
    title: 'Units, in one process',
    triesAgain: false,
    run: async (grep) => {
      const bundle = path.join(root, 'out', 'test', 'unit.js');
      await bundleFolder('test/unit', '.test.ts', bundle);
      return inProcess(bundle, grep, true);
    },
  },
  {
    name: 'integration',
    title: 'Command line, engine process, files that grow',
    triesAgain: true,
    run: async (grep) => {
      await withProduct();
      const bundle = path.join(root, 'out', 'test', 'integration.js');
      await bundleFolder('test/integration', '.test.ts', bundle);
      return inProcess(bundle, grep);
    },
  },
  {
    name: 'host',
    title: 'Inside VS Code',
    triesAgain: true,
    obstacle: hostObstacle,
    run: async (grep) => {
      await withProduct();
      return runHost(grep);
    },
  },
  {
    name: 'e2e',
    title: 'Browser and mouse',
    triesAgain: true,
    obstacle: hostObstacle,
    run: async (grep) => {
      await withProduct();
      return inProcess(await bundleBrowserTests(), grep);
    },
  },
];
