// VS Code's own server on a free loopback port, with data folders of its own that go when it ends.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { host } from './install.mjs';

/** Settings that keep what tests do not look at out of the window. */
const QUIET = {
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'files.simpleDialog.enable': true,
  // A page that takes the focus as it loads must not take away what the test answers.
  'workbench.quickOpen.closeOnFocusLost': false,
};

/** A port that nobody listens on. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts the server and waits until it answers.
 * @param options `tests`: take extensions and tests from the address (the driver of VS Code's own smoke tests);
 *   `extensions`: folder with installed extensions; `folder`: opened when the address names none; `settings`, `env`;
 *   `asksForTrust`: workspaces are not trusted from the start
 * @returns `origin` (http://127.0.0.1:port), `data` (its data folder), `pid`, `stop`
 */
export async function startServer(options = {}) {
  const data = mkdtempSync(path.join(tmpdir(), 'apd-server-'));
  const extensions = options.extensions ?? path.join(data, 'extensions');
  mkdirSync(extensions, { recursive: true });
  mkdirSync(path.join(data, 'data', 'Machine'), { recursive: true });
  writeFileSync(
    path.join(data, 'data', 'Machine', 'settings.json'),
    JSON.stringify({ ...QUIET, ...options.settings }),
  );
  const port = await freePort();
  const flags = ['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'];
  flags.push('--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', extensions);
  flags.push('--disable-telemetry');
  if (!options.asksForTrust) flags.push('--disable-workspace-trust');
  if (options.tests) flags.push('--enable-smoke-test-driver');
  if (options.folder) flags.push('--default-folder', options.folder);
  // A group of its own: the extension hosts and engines that it starts end with it.
  const child = spawn(host.node, [host.server, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...options.env },
  });
  let said = '';
  const listen = (chunk) => {
    said = (said + chunk).slice(-8192);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await endGroup(child);
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await answers(origin, child);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${said}`, { cause: error });
  }
  return { origin, data, stop, pid: child.pid };
}

/** Whether an address answers. */
function isThere(address) {
  return new Promise((resolve) => {
    get(address, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

async function answers(origin, child) {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`VS Code's server ended with code ${child.exitCode}`);
    if (await isThere(`${origin}/version`)) return;
    await sleep(100);
  }
  throw new Error(`VS Code's server does not answer at ${origin}`);
}

async function endGroup(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
      return true;
    } catch {
      // The group has ended already.
      return false;
    }
  };
  if (child.exitCode === null && signal('SIGTERM')) await Promise.race([ended, sleep(3000)]);
  signal('SIGKILL');
}
