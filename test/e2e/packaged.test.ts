import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { host } from '../host/install.mjs';
import { makePackage } from '../host/package.mjs';
import { VsCodeWindow } from './vscodeWindow';

describe('the package', function () {
  this.timeout(180_000);
  let folder = '';
  let window: VsCodeWindow;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'apd-package-'));
    const vsix = await makePackage(path.join(folder, 'apd.vsix'));
    const places = [
      '--extensions-dir',
      path.join(folder, 'extensions'),
      '--server-data-dir',
      path.join(folder, 'data'),
    ];
    const flags = ['--install-extension', vsix, '--accept-server-license-terms', ...places];
    execFileSync(host.node, [host.server, ...flags], { stdio: 'pipe' });
    const [name] = readdirSync(path.join(folder, 'extensions')).filter((one) => one.startsWith('apd.'));
    const notices = path.join(folder, 'extensions', name, 'dist', 'THIRD-PARTY-NOTICES.txt');
    assert.match(readFileSync(notices, 'utf8'), /^@tensorflow\/tfjs-core 4\.\d+\.\d+ \(Apache-2\.0\)$/m);
    window = await VsCodeWindow.open({ extensions: path.join(folder, 'extensions') });
  });

  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  it('installs in VS Code, and opens the diagram of the example with its own engine', async () => {
    await window.command('APD: Open Example Diagram');
    const description = await window.drawn(/451 patterns/);
    assert.match(description, /relu_2/);
    await window.picture('packaged');
    assert.deepEqual(window.strayRequests, []);
  });
});
