import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pixelOf, writeImages } from './pixelImages';
import { VsCodeWindow } from './vscodeWindow';

const IMAGES = 12;
/** In the page: size of an image, and brightness in the middle of its first and of its last quarter. */
const lookAtImage = new Function(
  'image',
  `return image.decode().then(() => {
    const side = image.naturalWidth;
    const pen = new OffscreenCanvas(side, side).getContext('2d');
    pen.drawImage(image, 0, 0);
    const at = (share) => pen.getImageData(Math.floor(share * side), Math.floor(share * side), 1, 1).data[0];
    return { side, corner: at(0.25), opposite: at(0.75) };
  });`,
) as (image: unknown) => Promise<{ side: number; corner: number; opposite: number }>;

const fixture = (...names: string[]) => path.join(process.cwd(), 'test', 'fixtures', ...names);
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim());

describe('a user with data elsewhere, and a use for the results', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        writeImages(path.join(folder, 'images'), IMAGES);
        cpSync(fixture('mnist', 'dense-008.onnx'), path.join(folder, 'images', 'dense.onnx'));
        return undefined;
      },
    });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const manifestOf = async (run: string) =>
    JSON.parse(await readFile(path.join(window.folder, 'apd-runs', run, 'apd-run.json'), 'utf8')) as {
      dataset: { rows: number; options: { scaling?: unknown } };
    };

  /** What the box that asks for a text has in it, and what it says is wrong. */
  const box = () => window.page.locator('.quick-input-widget:visible');

  it('browses for the data and for the labels in the dialog of files, and leaves numbers as they are', async () => {
    await window.sidePanel();
    await window.page.locator('.welcome-view', { hasText: 'A run holds' }).waitFor();
    await window.picture('look-empty');
    await window.explorer();
    await window.expand('digits');
    await window.menu(window.row('epoch-008.onnx'), 'Open Diagram for Model');
    await window.pick('Browse for Files…');
    await window.chooseFile(path.join(window.folder, 'digits', 'x.npy'));
    await window.pick('In a file of their own…');
    await window.chooseFile(path.join(window.folder, 'digits', 'y.npy'));
    await box().locator('text=Scaling').first().waitFor();
    await window.picture('scaling-prompt');
    await window.answer('');
    await window.drawn(/digits-epoch-008.*epoch 8/);
    await window.drawn(/relu_2.* 451 patterns/);
    await window.status(/84 %/);
    const { dataset } = await manifestOf('digits-epoch-008');
    assert.equal(dataset.rows, 1797);
  });

  it('is asked for the scaling of pixels, told what is wrong with an answer, and not asked again', async () => {
    await window.explorer();
    await window.expand('images');
    await window.menu(window.row('dense.onnx'), 'Open Diagram for Model');
    await window.pick('some-images-idx3-ubyte');
    const input = box().locator('input');
    await box().locator('text=Scaling').first().waitFor();
    assert.equal(await input.inputValue(), '1/255');
    await input.fill('1/255 mean bright');
    await box().locator('text=“bright” is no number').first().waitFor();
    await window.answer('1/255 mean 0.5 std 0.5');
    await window.drawn(/images-dense.*12 instances/);
    const { dataset } = await manifestOf('images-dense');
    assert.equal(dataset.rows, IMAGES);
    const scaling = dataset.options.scaling as { scale: number; mean: number[]; deviation: number[] };
    assert.ok(Math.abs(scaling.scale - 1 / 255) < 1e-9);
    assert.deepEqual([scaling.mean, scaling.deviation], [[0.5], [0.5]]);
    await window.command('View: Close All Editors');
    await window.menu(window.row('dense.onnx'), 'Open Diagram for Model');
    await window.drawn(/images-dense.*12 instances/);
  });

  it('sees an instance as the image that it is', async () => {
    await window.sidePanel();
    const hover = await window.hoverOf(window.row('instance 2,'));
    const image = hover.locator('img');
    await image.waitFor();
    const seen = await image.evaluate(lookAtImage);
    assert.equal(seen.side % 28, 0);
    assert.ok(seen.side >= 112, `${seen.side} px are hard to see`);
    assert.deepEqual([seen.corner, seen.opposite], [pixelOf(2, 7, 7), pixelOf(2, 21, 21)]);
    await window.picture('thumbnail');
  });

  /** Exports what is shown through the lists and the dialog that ask. @returns what was written */
  async function exported(what: string, format: string, name: string): Promise<string> {
    const file = path.join(window.folder, name);
    await window.command('APD: Export Data');
    await window.pick(new RegExp(`^${what}`));
    await window.pick(format);
    await window.chooseFile(file);
    await window.message(name);
    await window.clearMessages();
    return readFile(file, 'utf8');
  }

  it('exports the data in each format through the save dialog', async () => {
    await window.explorer();
    await window.menu(window.row('epoch-008.onnx'), 'Open Diagram for Model');
    await window.drawn(/digits-epoch-008.*epoch 8/);
    const table = await exported('APDF', 'CSV', 'out-apdf.csv');
    assert.deepEqual(rowsOf(table), rowsOf(readFileSync(fixture('digits', 'apdf-008.csv'), 'utf8')));

    const clusters = JSON.parse(await exported('Clusters', 'JSON', 'out-clusters.json')) as Cluster[];
    const reference = rowsOf(readFileSync(fixture('digits', 'clusters-008.csv'), 'utf8')).slice(1);
    assert.deepEqual(sizesOf(clusters), sizesOfTable(reference));

    const patterns = 451 + 203 + 250;
    const dot = await exported('Diagram', 'DOT', 'out-diagram.dot');
    assert.match(dot, /^digraph/);
    const xml = await exported('Diagram', 'GraphML', 'out-diagram.graphml');
    const nodes = xml.match(/<node /g)?.length ?? 0;
    assert.ok(nodes >= patterns, `${nodes} nodes, of ${patterns} patterns and the outputs`);
    assert.equal(xml.match(/<edge /g)?.length, dot.match(/->/g)?.length);
  });
});

interface Cluster {
  size: number;
  instances: number[];
}

/** Sizes of clusters by instance. */
function sizesOfTable(rows: string[]): number[] {
  const sizes: number[] = [];
  for (const row of rows) {
    const [instance, size] = row.split(',').map(Number);
    sizes[instance] = size;
  }
  return sizes;
}

function sizesOf(clusters: Cluster[]): number[] {
  const sizes: number[] = [];
  for (const { size, instances } of clusters) for (const instance of instances) sizes[instance] = size;
  return sizes;
}
