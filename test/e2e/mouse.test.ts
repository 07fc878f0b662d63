import assert from 'node:assert/strict';
import { referencePatterns } from './referencePatterns';
import { until } from '../helpers/setup';
import { VsCodeWindow } from './vscodeWindow';

/** Distance between the points that are hovered over, in pixels. */
const STEP = 5;
/** Within the first column of blocks. */
const FIRST_COLUMN = 20;

/** What the tooltip says of a block. */
interface Hovered {
  instances: number;
  labels: string[];
  /** Middle of the points where it was said, in pixels of the window. */
  y: number;
}

describe('a user who explores the table of iris with a mouse', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;
  let hovered: Map<string, Hovered>;
  const level = referencePatterns('iris', 0, 0);
  const next = referencePatterns('iris', 0, 1);

  before(async () => {
    window = await VsCodeWindow.open();
    await window.expand('iris');
    await window.menu(window.row('iris.onnx'), 'Open Diagram for Model');
    await window.pick('iris.csv');
    await window.sidePanel();
    await window.drawn(/iris.*150 instances/);
    await window.beside('Instances', /^150 instances$/);
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Moves the mouse down the first column; what the tooltip says of each block there. */
  async function hoverColumn(): Promise<Map<string, Hovered>> {
    const stage = (await window.diagram.locator('.stage').boundingBox())!;
    const tooltip = window.diagram.locator('.tooltip:not([hidden])');
    const found = new Map<string, Hovered & { first: number }>();
    for (let y = stage.y + 10; y < stage.y + stage.height - 10; y += STEP) {
      await window.page.mouse.move(stage.x + FIRST_COLUMN, y);
      const [text] = await tooltip.evaluateAll((all) =>
        all.map((one) => {
          const textsOf = (name: string) =>
            Array.from(
              one.querySelectorAll(name),
              (e: { textContent: string | null }) => e.textContent ?? '',
            );
          return {
            title: textsOf('.tooltip-title')[0],
            fact: textsOf('.tooltip-fact')[0],
            names: textsOf('.histogram-name'),
            counts: textsOf('.histogram-count'),
          };
        }),
      );
      if (!text) continue;
      const labels = text.names.map((name, i) => `${name}: ${parseInt(text.counts[i], 10)}`);
      const first = found.get(text.title)?.first ?? y;
      found.set(text.title, { instances: parseInt(text.fact, 10), labels, first, y: (first + y) / 2 });
    }
    return found;
  }

  /** The largest pattern that was hovered over, and what the reference knows of it. */
  async function largest() {
    const [title, block] = [...hovered].sort(([, a], [, b]) => b.instances - a.instances)[0];
    const reference = level.find(({ instances }) => instances.length === block.instances)!;
    const stage = (await window.diagram.locator('.stage').boundingBox())!;
    return { title, block, reference, x: stage.x + FIRST_COLUMN };
  }

  async function heads(pattern: RegExp): Promise<void> {
    await window.diagram.getByRole('button', { name: pattern }).waitFor();
  }

  /** The first level in the tree of levels, as soon as it tells this. */
  function levelRow(text: string) {
    return window.page.locator('.monaco-list-row[aria-label*="relu_2"]', { hasText: text });
  }

  it('hovers over blocks, of which the tooltip tells occurrences and labels as the reference has them', async () => {
    hovered = await hoverColumn();
    assert.ok(hovered.size > level.length / 2, `only ${hovered.size} blocks were met`);
    const rest = level.map(({ instances, labels }) => `${instances.length} of ${labels.join()}`);
    for (const [title, { instances, labels }] of hovered) {
      assert.match(title, /^relu_2, pattern \d+$/);
      const at = rest.indexOf(`${instances} of ${labels.join()}`);
      assert.ok(at >= 0, `${title} has ${instances} instances of labels ${labels.join()}`);
      rest.splice(at, 1);
    }
    await window.picture('mouse-hover');
  });

  it('clicks on the largest block, whose instances the tree lists', async () => {
    const { block, reference, x } = await largest();
    await window.page.mouse.click(x, block.y);
    await window.beside('Instances', new RegExp(`^${block.instances} selected instances$`));
    const rows = window.page.locator('.monaco-list-row[aria-label^="instance "]');
    await rows
      .first()
      .and(window.row(`instance ${reference.instances[0]},`))
      .waitFor();
    const labels = await rows.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const listed = labels.map((label) => Number(/\d+/.exec(label)?.[0])).sort((a, b) => a - b);
    assert.ok(listed.length > 1);
    assert.deepEqual(listed, reference.instances.slice(0, listed.length));
    await window.picture('mouse-selected');
  });

  it('double-clicks it, which filters, and goes back by Escape', async () => {
    const { title, block, reference, x } = await largest();
    await heads(new RegExp(`^relu_2,.* ${level.length} patterns`));
    await window.page.mouse.dblclick(x, block.y);
    const chip = window.diagram.locator('.chip');
    await chip.waitFor();
    assert.equal(await chip.innerText(), `${title} at epoch 0 · ${block.instances}`);
    await heads(/^relu_2,.* 1 pattern$/);
    const reached = next.filter(({ instances }) => instances.some((i) => reference.instances.includes(i)));
    await heads(new RegExp(`^relu_4,.* ${reached.length} patterns?$`));
    await window.beside('Instances', new RegExp(`^${block.instances} instances$`));
    await levelRow(`${level.length} patterns in all`).waitFor();
    await window.picture('mouse-filtered');
    await window.page.keyboard.press('Escape');
    await heads(new RegExp(`^relu_2,.* ${level.length} patterns`));
    await heads(new RegExp(`^relu_4,.* ${next.length} patterns`));
    await chip.waitFor({ state: 'detached' });
    await levelRow(`${level.length} patterns,`).waitFor();
    await window.beside('Instances', /^150 instances$/);
  });

  it('reveals an instance in the dataset, at its line of the table', async () => {
    await window.command('APD: Find Instance');
    await window.answer('117');
    await window.menu(window.row('instance 117,'), 'Reveal in Dataset');
    await window.page.locator('.tab.active', { hasText: 'iris.csv' }).waitFor();
    // Lines count from 1, and the first one names the columns.
    await window.page.locator('[id="status.editor.selection"]', { hasText: /^Ln 119,/ }).waitFor();
    await window.picture('mouse-revealed');
  });

  it('makes the panel narrow, where everything still fits', async () => {
    const { page } = window;
    await page.locator('.tab', { hasText: 'iris-iris' }).click();
    await window.drawn(/iris.*150 instances/);
    const body = window.diagram.locator('body');
    const width = () => body.evaluate((one) => one.ownerDocument.documentElement.clientWidth);
    const { width: whole, height } = page.viewportSize()!;
    await page.setViewportSize({ width: whole - ((await width()) - 500), height });
    await until('the panel is at most 520 px wide', async () => (await width()) <= 520);
    const stage = window.diagram.locator('.stage');
    const canvas = stage.locator('canvas.picture');
    const widthOf = (one: typeof stage) => one.evaluate((element) => element.clientWidth);
    await until('the picture fits', async () => (await widthOf(canvas)) === (await widthOf(stage)));
    await window.picture('mouse-narrow');
    const overflow = await body.evaluate((one) => {
      const { scrollingElement, documentElement } = one.ownerDocument;
      return scrollingElement!.scrollWidth - documentElement.clientWidth;
    });
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    const outside = await window.diagram
      .locator('button, select, input, .snapshot-name')
      .evaluateAll((controls) =>
        controls
          .filter((control) => {
            const { left, right, width: own } = control.getBoundingClientRect();
            return own > 0 && (left < 0 || right > control.ownerDocument.documentElement.clientWidth);
          })
          .map((control) => control.getAttribute('aria-label') ?? control.textContent),
      );
    assert.deepEqual(outside, []);
  });
});
