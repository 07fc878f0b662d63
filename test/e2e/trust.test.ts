import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { VsCodeWindow } from './vscodeWindow';

describe('a user of a workspace that is not trusted', function () {
  this.timeout(120_000);
  let window: VsCodeWindow;

  before(async () => {
    const prepare = (folder: string) => {
      for (const name of ['train.py', 'weights.pt']) writeFileSync(path.join(folder, name), '');
      return undefined;
    };
    window = await VsCodeWindow.open({ prepare, untrusted: true });
  });

  after(() => window?.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Entries of the menu of a file in the Explorer. */
  async function menuOf(name: string): Promise<string[]> {
    await window.row(name).click({ button: 'right' });
    const entries = window.page.locator('.context-view .action-label');
    await entries.filter({ hasText: 'Copy Path' }).first().waitFor();
    const texts = await entries.allInnerTexts();
    await window.page.keyboard.press('Escape');
    return texts;
  }

  it('is not offered to run its scripts, nor its functions for checkpoints', async () => {
    await window.explorer();
    for (const name of ['train.py', 'weights.pt']) {
      const offered = (await menuOf(name)).filter((text) => /Run and Record|Record Checkpoints/.test(text));
      assert.deepEqual(offered, []);
    }
  });

  it('is told why where runs are listed', async () => {
    await window.sidePanel();
    const welcome = window.page
      .locator('.welcome-view', { hasText: 'This workspace is not trusted' })
      .first();
    await welcome.waitFor();
    await window.picture('untrusted');
    assert.match(await welcome.innerText(), /its Python scripts are not run/);
    await welcome.getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await window.page.locator('.workspace-trust-editor').waitFor();
    await window.picture('untrusted-why');
  });
});
