// Chromium without a window, and the addresses under which VS Code in it loads this extension.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { URLSearchParams } from 'node:url';
import { chromium } from 'playwright-core';
import { root } from '../../esbuild.mjs';

/** Places of a Chromium that the system's packages install. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of Chromium; installs Debian's when it is missing and may. Undefined when there is none. */
export function findChromium() {
  const found = () => PLACES.find((place) => existsSync(place));
  if (!found() && process.platform === 'linux' && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: 'ignore' });
  }
  return found();
}

/** Starts Chromium. */
export function openBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    env: { ...process.env, HOME: process.env.HOME ?? '/tmp' },
  });
}

/**
 * Address of a window with this extension under development.
 * @param origin of the server
 * @param place folder, or workspace file (.code-workspace)
 * @param tests module with a `run` function for the extension host; none when a user's window is wanted
 * @param installed the extension is installed in the server, not taken from this repository
 */
export function windowAddress(origin, place, tests, installed = false) {
  const opened = place.endsWith('.code-workspace') ? { workspace: place } : { folder: place };
  if (installed) return `${origin}/?${new URLSearchParams(opened)}`;
  const remote = (file) => `vscode-remote://${new URL(origin).host}${file}`;
  const payload = [['extensionDevelopmentPath', remote(root)]];
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  const query = new URLSearchParams({ ...opened, payload: JSON.stringify(payload) });
  return `${origin}/?${query}`;
}
