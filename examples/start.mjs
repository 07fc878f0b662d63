// What `npm start` does: records the digits example and draws it, with the command line that users have, then opens the
// examples in a real VS Code with the extension loaded, and the diagram on screen: the desktop's where `code` is found,
// else VS Code in the browser.
//   npm start [-- --once]     with --once, or where CI is set, it ends after the picture
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { buildProduct, root } from '../esbuild.mjs';
import { installExtensions, starter } from '../test/host/extensions.mjs';
import { installHost } from '../test/host/install.mjs';
import { startServer } from '../test/host/server.mjs';

const example = path.join(root, 'examples', 'digits');
const out = path.join(root, 'out', 'start');
const workspace = path.join(out, 'workspace');
const run = path.join(workspace, 'apd-runs', 'digits');
const picture = path.join(out, 'digits.png');
const partition = path.join(out, 'digits-partition.png');

/** Runs `apd` with its output on this terminal. */
function apd(...args) {
  execFileSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], { stdio: 'inherit' });
}

/** Records and draws the example. */
function draw() {
  // A copy, so that what is tried out in the window changes nothing here; the user's own files in it stay.
  for (const name of ['digits', 'moons']) {
    cpSync(path.join(root, 'examples', name), path.join(workspace, name), {
      recursive: true,
      preserveTimestamps: true,
    });
  }
  const files = readdirSync(example).filter((name) => name.endsWith('.onnx'));
  const models = files.sort().map((name) => path.join(workspace, 'digits', name));
  const data = ['x.npy', 'y.npy'].map((name) => path.join(workspace, 'digits', name));
  apd(
    'record',
    ...models,
    '--data',
    data[0],
    '--labels',
    data[1],
    '--out',
    run,
    '--name',
    'digits',
    '--force',
  );
  apd('draw', run, '--out', picture);
  apd('draw', run, '--view', 'partition', '--out', partition);
  console.log(`
The activation pattern diagram of the digits example after its last epoch is in
  ${picture}
and the partition of its instances in
  ${partition}
Its measures:  node dist/cli.js report ${path.relative(process.cwd(), run) || '.'}`);
}

/** Opens desktop VS Code. False where there is none. */
function openDesktop() {
  const shell = process.platform === 'win32';
  const version = spawnSync('code', ['--version'], { shell, stdio: 'ignore' });
  if (version.status !== 0) return false;
  const extensions = [root, starter].map((folder) => `--extensionDevelopmentPath=${folder}`);
  const opened = spawnSync('code', ['--new-window', ...extensions, workspace], { shell, stdio: 'inherit' });
  return opened.status === 0;
}

/** Serves VS Code in the browser until it is interrupted. */
async function serve() {
  const reason = installHost();
  if (reason) {
    console.log(`\nNo VS Code to open: \`code\` is not on the path, and VS Code in the browser ${reason}.`);
    return;
  }
  const server = await startServer({
    extensions: installExtensions(path.join(out, 'extensions')),
    folder: workspace,
  });
  console.log(`
VS Code with the extension:  ${server.origin}/
  It opens with the diagram of the run “digits”. The icon with coloured bars at the left has its snapshots;
  a right-click on a model in the Explorer, “Open Diagram for Model…”, makes another.
Ctrl-C ends it.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.stop();
}

await buildProduct();
draw();
const once = process.argv.includes('--once') || Boolean(process.env.CI);
if (!once && !openDesktop()) await serve();
