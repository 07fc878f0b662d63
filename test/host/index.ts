import Mocha from 'mocha';
import path from 'node:path';

const MARK = '@apd-test ';

/** Tells the runner outside of the window, through the console of the extension host. */
function tell(note: { line: string; kind?: 'passed' | 'failed' | 'skipped'; titles?: string[] }): void {
  console.log(MARK + JSON.stringify(note));
}

/** Results are told as they come; nothing is to be printed besides. */
class Silent extends Mocha.reporters.Base {}

/** Called by VS Code in the extension host: runs the tests beside this file, and rejects when one fails. */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    timeout: 60_000,
    reporter: Silent,
    grep: process.env.APD_TEST_GREP || undefined,
  });
  mocha.addFile(path.join(__dirname, 'tests.js'));
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) =>
      failures > 0 ? reject(new Error(`${failures} tests failed`)) : resolve(),
    );
    const indent = (depth: number) => '  '.repeat(depth);
    const depthOf = (suite: Mocha.Suite): number => (suite.parent ? 1 + depthOf(suite.parent) : 0);
    runner.on('suite', (suite) => {
      if (!suite.root) tell({ line: `${indent(depthOf(suite))}${suite.title}` });
    });
    runner.on('pass', (test) =>
      tell({
        kind: 'passed',
        titles: test.titlePath(),
        line: `${indent(depthOf(test.parent!) + 1)}✔ ${test.title} (${test.duration}ms)`,
      }),
    );
    runner.on('pending', (test) =>
      tell({ kind: 'skipped', titles: test.titlePath(), line: `  - ${test.title}` }),
    );
    runner.on('fail', (test, error: Error) =>
      tell({
        kind: 'failed',
        titles: test.titlePath(),
        line: `  ✘ ${test.fullTitle()}\n${error.stack ?? error.message}`,
      }),
    );
  });
}
