import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../helpers/setup';
import { installExtensions } from '../host/extensions.mjs';
import { VsCodeWindow } from './vscodeWindow';

/** Records the digits example as `npm start` does. */
function recordDigits(workspace: string): undefined {
  const folder = path.join(workspace, 'digits');
  const models = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  const data = ['--data', path.join(folder, 'x.npy'), '--labels', path.join(folder, 'y.npy')];
  const out = ['--out', path.join(workspace, 'apd-runs', 'digits'), '--name', 'digits'];
  const args = ['record', ...models.sort().map((name) => path.join(folder, name)), ...data, ...out];
  execFileSync(process.execPath, ['dist/cli.js', ...args], { stdio: 'ignore' });
}

describe('the window of npm start', function () {
  this.timeout(120_000);
  const extensions = temporaryFolder();
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({ extensions: installExtensions(extensions()), prepare: recordDigits });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('comes up with the digits diagram, and the walkthrough behind it', async () => {
    const tabs = window.page.locator('.tabs-container .tab');
    await tabs.filter({ hasText: 'Welcome' }).waitFor({ timeout: 60_000 });
    await tabs.and(window.page.locator('.active')).filter({ hasText: 'digits · epoch 8' }).waitFor();
    await window.drawn(/digits.*epoch 8/);
    await window.picture('first-minute');
    await tabs.filter({ hasText: 'Welcome' }).click();
    await window.page.locator('.gettingStartedContainer', { hasText: 'What the diagram shows' }).waitFor();
  });
});
