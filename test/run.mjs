// Builds the product and the tests, runs every suite, and closes with one line over all of them.
//   node test/run.mjs [words of test titles]
// Suites: unit tests; mocha inside the extension host of a real VS Code; a browser and a mouse in its window.
import Mocha from 'mocha';
import path from 'node:path';
import { bundleFolder, buildProduct, root } from '../esbuild.mjs';
import { bundleBrowserTests } from './e2e/run.mjs';
import { hostObstacle, runHost } from './host/run.mjs';

/** Runs one bundle in mocha. Returns its counts and the reasons of skipped tests. */
async function runMocha(bundle, grep) {
  const mocha = new Mocha({ timeout: 60_000, forbidOnly: Boolean(process.env.CI), grep });
  mocha.addFile(bundle);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
}

/**
 * Runs a suite that needs a real VS Code; where there can be none it counts as one skipped test. A window on a busy
 * machine can lose a click: a suite that fails is run once more, from the start, and what that gives counts.
 */
async function runWithHost(name, run) {
  console.log(`\n${name}`);
  const obstacle = hostObstacle();
  if (obstacle) {
    console.log(`  - skipped: ${obstacle}\n`);
    return { passes: 0, failures: 0, pending: 1 };
  }
  const first = await run(1);
  if (first.failures === 0) return first;
  console.log(`\n${name}, once more: ${first.failures} of its tests did not pass the first time`);
  return run(2);
}

async function main() {
  await buildProduct();
  const grep = process.argv.slice(2).join(' ') || undefined;
  const unit = path.join(root, 'out', 'test', 'unit.js');
  await bundleFolder('test/unit', '.test.ts', unit);
  const suites = [
    () => runMocha(unit, grep),
    () => runWithHost('Inside VS Code', () => runHost(grep)),
    () =>
      runWithHost('Browser and mouse', async (attempt) => runMocha(await bundleBrowserTests(attempt), grep)),
  ];
  const totals = { passed: 0, failed: 0, skipped: 0 };
  // With words of a title, the suites that need seconds to start are left out once some test had them.
  for (const suite of suites) {
    if (grep && totals.passed + totals.failed > 0) break;
    const stats = await suite();
    totals.passed += stats.passes;
    totals.failed += stats.failures;
    totals.skipped += stats.pending;
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);
}

await main();
