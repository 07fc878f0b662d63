import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { temporaryFolder } from '../helpers/setup';
import { host } from '../host/install.mjs';
import { makePackage } from '../host/package.mjs';
import { VsCodeWindow } from './vscodeWindow';

describe('the package', function () {
  this.timeout(180_000);
  const at = temporaryFolder();
  let window: VsCodeWindow;

  before(async () => {
    const vsix = await makePackage(at('apd.vsix'));
    const places = ['--extensions-dir', at('extensions'), '--server-data-dir', at('data')];
    const flags = ['--install-extension', vsix, '--accept-server-license-terms', ...places];
    execFileSync(host.node, [host.server, ...flags], { stdio: 'pipe' });
    const [name] = readdirSync(at('extensions')).filter((one) => one.startsWith('apd.'));
    const notices = at('extensions', name, 'dist', 'THIRD-PARTY-NOTICES.txt');
    assert.match(readFileSync(notices, 'utf8'), /^@tensorflow\/tfjs-core 4\.\d+\.\d+ \(Apache-2\.0\)$/m);
    window = await VsCodeWindow.open({ extensions: at('extensions') });
  });

  after(() => window?.close());

  it('installs in VS Code, and opens the diagram of the example with its own engine', async () => {
    await window.command('APD: Open Example Diagram');
    const description = await window.drawn(/451 patterns/);
    assert.match(description, /relu_2/);
    await window.picture('packaged');
    assert.deepEqual(window.strayRequests, []);
  });
});
