import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { occurrencesOf, referencePatterns } from './referencePatterns';
import { until } from '../helpers/setup';
import { VsCodeWindow } from './vscodeWindow';

const LAST = 20;
const expected = JSON.parse(
  readFileSync(path.join(process.cwd(), 'test', 'fixtures', 'moons', 'expected.json'), 'utf8'),
) as { patterns_per_layer: number[][]; instances: number };

describe('a user with a keyboard', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const press = (key: string) => window.page.keyboard.press(key);

  /** What has the focus in the page of the diagram. */
  async function focused(): Promise<string> {
    const labels = await window.diagram
      .locator(':focus')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.textContent ?? ''));
    return labels[0] ?? '';
  }

  /** Presses a key that moves the focus until something of this name has it. */
  async function moveTo(name: RegExp, key: string): Promise<void> {
    const passed: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      const before = await focused();
      if (name.test(before)) return;
      passed.push(before);
      await press(key);
      await until(
        () => `${key} leads on from ${passed.join(' | ')}`,
        async () => (await focused()) !== before,
      );
    }
    assert.fail(`${key} leads only to ${passed.join(' | ')}`);
  }

  /** Waits until this is announced; the whole announcement. */
  async function announced(pattern: RegExp): Promise<string> {
    const live = window.diagram.locator('[aria-live=polite]').filter({ hasText: pattern });
    await live.waitFor({ state: 'attached' });
    return (await live.textContent()) ?? '';
  }

  /** Presses an arrow and waits for another block to be announced. */
  async function arrow(key: string, from: string): Promise<string> {
    await press(key);
    const live = window.diagram.locator('[aria-live=polite]').filter({ hasNotText: from });
    await live.waitFor({ state: 'attached' });
    return (await live.textContent()) ?? '';
  }

  const instancesOf = (announcement: string) => Number(/, (\d+) instances?/.exec(announcement)?.[1]);

  it('opens a folder of checkpoints by the command palette', async () => {
    await window.typeCommand('APD: Open Diagram for Model');
    await window.typePick('All of moons');
    await window.typePick('x.npy');
    await window.drawn(/moons, epoch 20: 400 instances/);
    await window.status(/moons · epoch 20/);
    await window.typeCommand('Activation Patterns: Focus on Instances View');
    await window.beside('Instances', /^400 instances$/);
  });

  it('moves over the blocks by arrows, and hears of each (complaint 6)', async () => {
    await press('Control+1');
    await moveTo(/^Activation pattern diagram/, 'Tab');
    const reference = occurrencesOf(referencePatterns('moons', LAST, 0));
    let block = await announced(/^relu_2, pattern \d+, /);
    const heard = [instancesOf(block)];
    while (heard.length < reference.length) {
      block = await arrow('ArrowDown', block);
      assert.match(block, /^relu_2, pattern \d+, /);
      heard.push(instancesOf(block));
    }
    assert.deepEqual(
      heard.sort((a, b) => b - a),
      reference,
    );
    block = await arrow('ArrowUp', block);
    assert.match(block, /^relu_2, pattern/);
    block = await arrow('ArrowRight', block);
    assert.match(block, /^relu_4, pattern/);
    block = await arrow('ArrowRight', block);
    assert.match(block, /^predicted/);
    block = await arrow('ArrowLeft', block);
    assert.match(block, /^relu_4, pattern/);
    await window.picture('keyboard-focus');
  });

  it('selects by Enter, filters by F, and goes back by Escape', async () => {
    const block = await announced(/^relu_4, pattern/);
    const instances = instancesOf(block);
    assert.ok(occurrencesOf(referencePatterns('moons', LAST, 1)).includes(instances), block);
    await press('Enter');
    await announced(/^1 selected$/);
    await window.beside('Instances', new RegExp(`^${instances} selected instances?$`));
    await press('Escape');
    await announced(/^Nothing selected$/);
    await window.beside('Instances', /^400 instances$/);
    await press('Enter');
    await window.beside('Instances', new RegExp(`^${instances} selected instances?$`));
    await press('f');
    await window.drawn(new RegExp(`moons, epoch 20: ${instances} instances?,`));
    await window.beside('Instances', new RegExp(`^${instances} instances?$`));
    await window.diagram.locator('.chip', { hasText: `· ${instances}` }).waitFor();
    await window.picture('keyboard-filtered');
    await press('Escape');
    await window.drawn(/moons, epoch 20: 400 instances,/);
    await window.diagram.locator('.chip').waitFor({ state: 'detached' });
    await window.beside('Instances', /^400 instances$/);
  });

  it('steps through the snapshots by brackets, Home and End', async () => {
    for (const [key, epoch] of [
      ['[', 19],
      ['[', 18],
      [']', 19],
      ['Home', 0],
      [']', 1],
      ['End', LAST],
    ] as const) {
      await press(key);
      await window.drawn(new RegExp(`moons, epoch ${epoch}:`));
      await window.status(new RegExp(`moons · epoch ${epoch} `));
    }
  });

  it('opens the table, whose numbers are those of the reference, and closes it (complaint 6)', async () => {
    await moveTo(/^Table/, 'Shift+Tab');
    await press('Enter');
    const dialog = window.diagram.getByRole('dialog', { name: 'The diagram as a table' });
    await dialog.waitFor();
    assert.match(await dialog.locator('caption').innerText(), /moons, epoch 20: 400 instances/);
    const rows = await dialog
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) =>
          Array.from(row.children, (cell: { textContent: string | null }) => cell.textContent ?? ''),
        ),
      );
    for (const [level, name] of ['relu_2', 'relu_4'].entries()) {
      const instances = rows.filter(([column]) => column === name).map((cells) => Number(cells[2]));
      assert.equal(instances.length, expected.patterns_per_layer[LAST][level]);
      assert.equal(
        instances.reduce((sum, count) => sum + count, 0),
        expected.instances,
      );
      const reference = occurrencesOf(referencePatterns('moons', LAST, level));
      assert.deepEqual(
        instances.sort((a, b) => b - a),
        reference,
      );
    }
    await window.picture('keyboard-table');
    await press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.match(await focused(), /^Table/);
  });

  it('has sent nothing out of the machine, and loaded nothing that the policy forbids', () => {
    assert.deepEqual(window.strayRequests, []);
    assert.deepEqual(window.violations, []);
  });
});
