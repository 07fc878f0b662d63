// Runs one bundle of tests in mocha, in a process of its own, and sends its results to the parent.
//   fork(this file, [bundle, words of test titles, 'alone' when no test may start a process])
import Mocha from 'mocha';
import { createRequire } from 'node:module';

const [bundle, grep, alone] = process.argv.slice(2);

if (alone) forbidProcesses();

const mocha = new Mocha({ timeout: 60_000, forbidOnly: Boolean(process.env.CI), grep: grep || undefined });
mocha.addFile(bundle);
await mocha.loadFilesAsync();
const results = { passed: [], failed: [], skipped: [] };
const runner = mocha.run(() => process.send(results, () => process.exit(0)));
runner.on('pass', (test) => results.passed.push(test.titlePath()));
runner.on('pending', (test) => results.skipped.push(test.titlePath()));
runner.on('fail', (test) => results.failed.push(test.titlePath()));

/** What needs another process belongs in another tier: starting one fails the test that does. */
function forbidProcesses() {
  const processes = createRequire(import.meta.url)('node:child_process');
  for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']) {
    processes[name] = () => {
      throw new Error(`A unit test starts no process (${name}): its place is test/integration.`);
    };
  }
}
