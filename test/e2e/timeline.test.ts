import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../helpers/setup';
import { recordCheckpoints } from './recordCheckpoints';
import { VsCodeWindow } from './vscodeWindow';

const fixture = (name: string) => readFileSync(path.join('test', 'fixtures', 'digits', name), 'utf8');
const expected = JSON.parse(fixture('expected.json')) as { patterns_per_layer: number[][] };
const rows = fixture('log.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { epoch: number; loss: number; accuracy: number });

/** The snapshot that comes later than those after it. */
const LATE = 3;

/** Records the digits into the workspace, whose log lies beside the checkpoints; one of them is left out at first. */
function recordDigits(folder: string): void {
  recordCheckpoints(path.join(folder, 'digits'), path.join(folder, 'logged'));
  writeFileSync(path.join(folder, 'digits', 'log.jsonl'), fixture('log.jsonl'));
  const manifest = path.join(folder, 'logged', 'apd-run.json');
  const whole = readFileSync(manifest, 'utf8');
  const run = JSON.parse(whole) as { snapshots: unknown[] };
  writeFileSync(`${manifest}.whole`, whole);
  run.snapshots.splice(LATE, 1);
  writeFileSync(manifest, JSON.stringify(run));
}

describe('curves of the log in the timeline', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        recordDigits(folder);
        return undefined;
      },
    });
    await window.menu(window.row('logged'), 'Open Run');
    await window.drawn(/logged, epoch 8: 1,797 instances/);
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const slider = () => window.diagram.getByRole('slider', { name: 'Snapshot' });
  const curves = () => window.diagram.locator('.timeline path.metric');
  const chooser = () => window.diagram.getByRole('button', { name: 'Metrics of the log' });

  /** Waits until the slider says this of the snapshot. */
  async function said(pattern: RegExp): Promise<void> {
    let text = '';
    await until(
      () => `the slider says ${pattern}, not ${text}`,
      async () => {
        text = (await slider().getAttribute('aria-valuetext')) ?? '';
        return pattern.test(text);
      },
    );
  }

  const lossOf = (epoch: number) => {
    const { loss } = rows.find((row) => row.epoch === epoch)!;
    return Number(loss.toPrecision(4));
  };

  /** Moves the mouse over the place of an epoch, of those from 0 to 8. */
  async function pointAt(epoch: number): Promise<string[]> {
    const box = (await slider().boundingBox())!;
    const ticks = window.diagram.locator('.timeline .axis .domain').first();
    const axis = (await ticks.boundingBox())!;
    await window.page.mouse.move(axis.x + (axis.width * epoch) / 8, box.y + box.height / 2);
    return window.diagram.locator('.timeline-readout:visible > div').allInnerTexts();
  }

  it('are there by themselves, and told with each snapshot', async () => {
    await curves().first().waitFor({ state: 'attached' });
    assert.equal(await curves().count(), 1, 'the loss');
    await said(new RegExp(`^epoch 8, .*loss: ${lossOf(8)}$`));
    await window.picture('timeline-log');
  });

  it('say what the log has of epochs without snapshot', async () => {
    const told = await pointAt(LATE);
    assert.deepEqual(told, ['epoch 3', 'no snapshot', `loss: ${lossOf(LATE)}`]);
    const snapshot = await pointAt(5);
    assert.equal(snapshot[0], 'epoch 5');
    const counts = expected.patterns_per_layer[5].map((count) => count.toLocaleString('en'));
    assert.deepEqual(
      snapshot.slice(2, 5),
      counts.map((count, l) => `relu_${2 + 2 * l}: ${count}`),
    );
    assert.equal(snapshot[5], `loss: ${lossOf(5)}`);
    await window.picture('timeline-hover');
  });

  it('are chosen by keyboard, in a menu that stays open meanwhile', async () => {
    await chooser().focus();
    await window.page.keyboard.press('Enter');
    const item = (name: string) => window.diagram.getByRole('menuitemcheckbox', { name, exact: true });
    await item('accuracy').waitFor();
    assert.equal(await item('loss').getAttribute('aria-checked'), 'true');
    await window.page.keyboard.type('acc');
    await window.page.keyboard.press('Enter');
    await curves().nth(1).waitFor({ state: 'attached' });
    assert.equal(await item('accuracy').getAttribute('aria-checked'), 'true');
    await window.page.keyboard.press('Escape');
    assert.equal(await chooser().evaluate((one) => one.matches(':focus')), true);
    await said(/loss: .*accuracy: 0\.\d+$/);
    await window.picture('timeline-metrics');
  });

  it('have a log scale', async () => {
    const path = () => curves().first().getAttribute('d');
    const linear = await path();
    await chooser().click();
    await window.diagram.getByRole('menuitemcheckbox', { name: 'Log scale' }).click();
    await window.diagram.locator('.timeline text', { hasText: 'log scale' }).waitFor();
    assert.notEqual(await path(), linear);
  });

  it('stay beside the snapshot that is shown when another comes before it', async () => {
    await slider().focus();
    await window.page.keyboard.press('Home');
    for (let snapshot = 0; snapshot < 4; snapshot++) await window.page.keyboard.press('ArrowRight');
    await window.drawn(/logged, epoch 5:/);
    assert.deepEqual(await slider().getAttribute('aria-valuenow'), '4');
    const manifest = path.join(window.folder, 'logged', 'apd-run.json');
    writeFileSync(manifest, readFileSync(`${manifest}.whole`));
    await window.command('APD: Refresh');
    await window.diagram.locator('[role=slider][aria-valuemax="8"]').waitFor();
    assert.deepEqual(await slider().getAttribute('aria-valuenow'), '5');
    await said(new RegExp(`^epoch 5, .*loss: ${lossOf(5)}`));
    await window.drawn(/logged, epoch 5:/);
    assert.equal((await pointAt(LATE))[0], 'epoch 3');
    await slider().focus();
    await window.page.keyboard.press('ArrowLeft');
    await window.drawn(/logged, epoch 4:/);
  });

  it('go on as the log does', async () => {
    const drawing = await window.diagram.locator('.stage').getAttribute('aria-label');
    appendFileSync(path.join(window.folder, 'digits', 'log.jsonl'), '{"epoch": 12, "loss": 0.25}\n');
    await window.diagram.locator('.timeline .axis text', { hasText: /^12$/ }).waitFor();
    const best = await window.diagram.locator('.timeline .metric-best').count();
    assert.equal(best, 1);
    assert.equal(await window.diagram.locator('.stage').getAttribute('aria-label'), drawing);
    await window.picture('timeline-longer-log');
  });
});
