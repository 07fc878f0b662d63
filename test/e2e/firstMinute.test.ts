import path from 'node:path';
import { temporaryFolder } from '../helpers/setup';
import { installExtensions } from '../host/extensions.mjs';
import { recordCheckpoints } from './recordCheckpoints';
import { VsCodeWindow } from './vscodeWindow';

/** Records the digits example as `npm start` does. */
function recordDigits(workspace: string): undefined {
  recordCheckpoints(path.join(workspace, 'digits'), path.join(workspace, 'apd-runs', 'digits'));
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
