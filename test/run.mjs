// Runs the tests, tier by tier, and closes with one line over all of them.
//   node test/run.mjs [--tier unit|integration|host|e2e] [words of test titles]
import { afterSecondTry, closingLines, suitesOf } from './running/results.mjs';
import { tiers } from './running/tiers.mjs';

/** Runs one tier; where it cannot run here it counts as one skipped test. */
async function runTier({ title, triesAgain, obstacle, run }, grep) {
  console.log(`\n${title}`);
  const reason = obstacle?.();
  if (reason) {
    console.log(`  - skipped: ${reason}\n`);
    return { passed: [], flaky: [], failed: [], skipped: [[title]] };
  }
  const start = performance.now();
  const first = await run(grep);
  let results = { ...first, flaky: [] };
  if (triesAgain && grep === undefined && first.failed.length > 0) {
    const suites = suitesOf(first.failed);
    console.log(`\n${title}, once more: ${first.failed.map((titles) => titles.join(' › ')).join('; ')}`);
    results = afterSecondTry(first, await run(suites ?? grep));
  }
  console.log(`  (${((performance.now() - start) / 1000).toFixed(0)} s: ${title})`);
  return results;
}

/** Tiers and words that were asked for. */
function readArguments(args) {
  const at = args.indexOf('--tier');
  if (at < 0) return { wanted: tiers, words: args };
  const name = args[at + 1];
  const wanted = tiers.filter((tier) => tier.name === name);
  if (wanted.length === 0) {
    const names = tiers.map((tier) => tier.name).join(', ');
    throw new Error(`--tier ${name ?? ''}: expected one of ${names}`);
  }
  return { wanted, words: args.toSpliced(at, 2) };
}

async function main() {
  const { wanted, words } = readArguments(process.argv.slice(2));
  const grep = words.join(' ') || undefined;
  const all = { passed: [], flaky: [], failed: [], skipped: [] };
  for (const tier of wanted) {
    // With words of a title, tiers that need seconds to start are left out once some test had them.
    if (grep && all.passed.length + all.flaky.length + all.failed.length > 0) break;
    const results = await runTier(tier, grep);
    for (const kind of Object.keys(all)) all[kind].push(...results[kind]);
  }
  for (const line of closingLines(all)) console.log(line);
  return all.failed.length > 0 || all.passed.length + all.flaky.length === 0 ? 1 : 0;
}

process.exitCode = await main();
