import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VsCodeWindow } from './vscodeWindow';

const LINK = '[click](command:workbench.action.terminal.new)';

/** A model of one layer whose class is a link that would run a command of VS Code. */
const model = {
  format: 'layers-model',
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [{ class_name: LINK, config: { name: 'a', units: 2, batch_input_shape: [null, 2] } }],
    },
  },
  weightsManifest: [{ paths: [], weights: [] }],
};

describe('a user who opens the files of a stranger', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        const hostile = path.join(folder, 'hostile');
        mkdirSync(hostile);
        for (const name of ['x.npy', 'y.npy']) {
          cpSync(path.join(folder, 'moons', name), path.join(hostile, name));
        }
        writeFileSync(path.join(hostile, 'model.json'), JSON.stringify(model));
        cpSync(path.join(folder, 'iris', 'iris.onnx'), path.join(hostile, '$(bug) iris.onnx'));
        return undefined;
      },
    });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('reads the name of a class that is a link as plain text in the message', async () => {
    await window.expand('hostile');
    await window.menu(window.row('model.json'), 'Open Diagram for Model');
    await window.pick('x.npy');
    const message = await window.message(/has the unknown class/);
    await window.picture('hostile-class');
    const text = message.locator('.notification-list-item-message');
    assert.equal((await text.innerText()).replaceAll('\u200b', '').includes(`'${LINK}'`), true);
    assert.equal(await text.locator('a').count(), 0, 'there is a link in the message');
  });

  it('reads the name of a file that is an icon as plain text in lists', async () => {
    await window.page.keyboard.press('F1');
    await window.page.keyboard.press('Escape');
    await window.command('APD: Open Diagram for Model');
    const row = window.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'iris.onnx' });
    await row.filter({ hasText: '(bug)' }).first().waitFor();
    await window.picture('hostile-list');
    assert.equal(await row.locator('.codicon-bug').count(), 0);
    await window.page.keyboard.press('Escape');
  });
});
