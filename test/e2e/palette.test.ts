import assert from 'node:assert/strict';
import { VsCodeWindow } from './vscodeWindow';

describe('the palette', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Commands that the palette offers for words, once it offers one of them: what it lists is settled as it opens. */
  async function offered(words: string, once: string): Promise<string[]> {
    const { page } = window;
    const rows = page.locator('.quick-input-widget:visible .monaco-list-row');
    for (let tries = 1; ; tries++) {
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget:visible input').fill(`>${words}`);
      await rows.filter({ hasText: 'APD: ' }).first().waitFor();
      const labels = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
      await page.keyboard.press('Escape');
      if (has(labels, once)) return labels;
      assert.ok(tries < 20, `${once} is not offered, only: ${labels.join(', ')}`);
    }
  }

  const has = (labels: string[], title: string) => labels.some((label) => label.includes(title));

  it('offers nothing that needs a run where there is none', async () => {
    const trainings = await offered('APD: Train', 'APD: Train…');
    for (const title of ['Continue Training', 'Train More Epochs', 'Manage Trainings', 'Stop Training']) {
      assert.ok(!has(trainings, title), `${title} is offered, there is nothing that it could do`);
    }
    const logs = await offered('APD: Log', 'APD: Show Log');
    for (const title of ['Link Log', 'Unlink Log', 'Reveal in Log', 'Show Diagram for Line']) {
      assert.ok(!has(logs, title), `${title} is offered, there is no run`);
    }
  });

  it('offers what a trained run allows, and not to continue what is finished', async () => {
    await window.expand('trained');
    await window.menu(window.row('short.apd.json'), 'Train…');
    await window.drawn(/short.*epoch 4/);
    const trainings = await offered('APD: Train', 'APD: Train More Epochs…');
    assert.ok(has(trainings, 'APD: Train…'));
    assert.ok(!has(trainings, 'Continue Training'), 'a finished training is offered to be continued');
    assert.ok(has(await offered('APD: Log', 'APD: Link Log…'), 'APD: Show Log'));
  });

  it('offers the way to where one is not yet', async () => {
    const atEnd = await offered('APD: Snapshot', 'APD: Previous Snapshot');
    assert.ok(!has(atEnd, 'APD: Next Snapshot'));
    await window.command('APD: First Snapshot');
    await window.drawn(/short.*epoch 0/);
    const atStart = await offered('APD: Snapshot', 'APD: Next Snapshot');
    assert.ok(!has(atStart, 'APD: Previous Snapshot'));
  });
});
