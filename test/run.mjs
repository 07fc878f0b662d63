// Builds the product and the tests, runs every suite, and closes with one line over all of them.
//   node test/run.mjs [words of test titles]
import Mocha from 'mocha';
import path from 'node:path';
import { bundleFolder, buildProduct, root } from '../esbuild.mjs';

/** Runs one bundle in mocha. Returns its counts and the reasons of skipped tests. */
function runMocha(bundle, grep) {
  const mocha = new Mocha({ timeout: 60_000, forbidOnly: Boolean(process.env.CI), grep });
  mocha.addFile(bundle);
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
}

async function main() {
  await buildProduct();
  const unit = path.join(root, 'out', 'test', 'unit.js');
  await bundleFolder('test/unit', '.test.ts', unit);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const bundle of [unit]) {
    const stats = await runMocha(bundle, process.argv.slice(2).join(' ') || undefined);
    totals.passed += stats.passes;
    totals.failed += stats.failures;
    totals.skipped += stats.pending;
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);
}

await main();
