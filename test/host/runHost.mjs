// Mocha inside the extension host of a real VS Code: the tier `host` of test/run.mjs.
import { build } from 'esbuild';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { root } from '../../esbuild.mjs';
import { findChromium, openBrowser, windowAddress } from './browser.mjs';
import { installPythonExtension } from './extensions.mjs';
import { installHost } from './install.mjs';
import { startServer } from './server.mjs';
import { makeWorkspace } from './workspace.mjs';

/** Longer than all tests of the host together take. */
const PATIENCE_MS = 240_000;
/** Marks the lines by which the mocha in the host tells its results. */
export const MARK = '@apd-test ';

/** Why suites that need a real VS Code cannot run here; undefined when they can. */
export function hostObstacle() {
  const reason = installHost();
  if (reason) return `VS Code for the tests ${reason}`;
  return findChromium() ? undefined : 'Chromium is not installed (Debian package chromium)';
}

/** How everything is bundled that runs in the extension host beside the extension. */
const hostOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
  external: ['vscode', 'mocha'],
};

/** Bundles the tests of the host. Returns the module with `run`. */
export async function bundleHostTests() {
  const names = (await readdir(path.join(root, 'test', 'host')))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  const outdir = path.join(root, 'out', 'test', 'host');
  const contents = names.map((name) => `import './${name}';`).join('\n');
  await build({
    ...hostOptions,
    stdin: { contents, resolveDir: path.join(root, 'test', 'host') },
    outfile: path.join(outdir, 'tests.js'),
  });
  await build({
    ...hostOptions,
    entryPoints: ['test/host/index.ts'],
    outfile: path.join(outdir, 'index.js'),
  });
  return path.join(outdir, 'index.js');
}

/** Bundles a module with a `run` of its own, for other ends than tests. Returns its bundle. */
export async function bundleForHost(entry) {
  const outfile = path.join(root, 'out', 'host', `${path.basename(entry, '.ts')}.js`);
  await build({ ...hostOptions, entryPoints: [entry], outfile });
  return outfile;
}

/** Runs the suite. Returns the title paths of the tests that passed, failed, and were skipped. */
export async function runHost(grep = '') {
  const tests = await bundleHostTests();
  const workspace = makeWorkspace();
  const extensions = installPythonExtension(path.join(root, 'out', 'test', 'host', 'extensions'));
  const server = await startServer({ tests: true, extensions, env: { APD_TEST_GREP: grep } });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return await resultsOf(page, windowAddress(server.origin, workspace.folder, tests));
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

/** Opens the window and listens until its tests have ended. */
async function resultsOf(page, address) {
  const results = { passed: [], failed: [], skipped: [] };
  let finish;
  const ended = new Promise((resolve) => {
    finish = resolve;
  });
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const text = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))).join(' ');
    if (!text.startsWith(MARK)) {
      if (process.env.APD_TEST_VERBOSE) console.log(`[${type}] ${text}`);
      return;
    }
    const { line, kind, titles } = JSON.parse(text.slice(MARK.length));
    console.log(line);
    if (kind) results[kind].push(titles);
  });
  await page.exposeFunction('codeAutomationExit', (code) => finish(code));
  const timer = setTimeout(() => finish('timeout'), PATIENCE_MS);
  await page.goto(address);
  const code = await ended;
  clearTimeout(timer);
  if (code !== 0 && results.failed.length === 0) {
    console.log(`  the extension host ended with ${code}`);
    await page.screenshot({ path: path.join(root, 'out', 'test', 'host-failure.png') });
    results.failed.push([`the extension host ended with ${code}`]);
  }
  const { passed, failed, skipped } = results;
  console.log(
    `\n  ${passed.length} passing, ${failed.length} failing, ${skipped.length} pending (in VS Code)\n`,
  );
  return results;
}
