import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { VsCodeWindow } from './vscodeWindow';

const fixture = (...names: string[]) => path.join(process.cwd(), 'test', 'fixtures', ...names);

/** Gray images of two sizes, in a folder for each of two classes. */
function writeFolder(folder: string): void {
  for (const [label, width, height] of [
    ['0', 40, 36],
    ['1', 28, 28],
    ['1', 64, 30],
  ] as [string, number, number][]) {
    mkdirSync(path.join(folder, label), { recursive: true });
    const data = Uint8Array.from({ length: width * height }, (_, at) => (at * 7) % 256);
    const bytes = encode({ width, height, data, channels: 1, depth: 8 });
    writeFileSync(path.join(folder, label, `${width}x${height}.png`), bytes);
  }
}

/** A table with four features and classes that are words. */
function writeFlowers(folder: string): void {
  mkdirSync(folder);
  cpSync(fixture('iris', 'epoch-000.onnx'), path.join(folder, 'flowers.onnx'));
  const rows = Array.from({ length: 30 }, (_, k) => {
    const numbers = [k, k * 3, k * 5, k * 7].map((number) => (number % 11) / 2);
    return [...numbers, ['rose', 'aster', 'lily'][k % 3]].join(',');
  });
  writeFileSync(path.join(folder, 'flowers.csv'), `a,b,c,d,kind\n${rows.join('\n')}\n`);
}

describe('a user who looks at columns, classes and sizes before recording', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        writeFolder(path.join(folder, 'photos', 'set'));
        cpSync(fixture('mnist', 'cnn.onnx'), path.join(folder, 'photos', 'cnn.onnx'));
        writeFlowers(path.join(folder, 'flowers'));
        return undefined;
      },
    });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const optionsOf = async (run: string) => {
    const file = path.join(window.folder, 'apd-runs', run, 'apd-run.json');
    const { dataset } = JSON.parse(await readFile(file, 'utf8')) as {
      dataset: { options: Record<string, unknown> };
    };
    return dataset.options;
  };
  const box = () => window.page.locator('.quick-input-widget:visible');

  it('is asked for the size of images of several sizes, once', async () => {
    await window.explorer();
    await window.expand('photos');
    await window.menu(window.row('cnn.onnx'), 'Open Diagram for Model');
    await box().locator('text=images of 28×28 to 30×64').first().waitFor();
    await window.picture('sizes-offered');
    await window.pick('images of 28×28 to 30×64');
    const input = box().locator('input');
    await box().locator('text=the model takes 28×28').first().waitFor();
    assert.equal(await input.inputValue(), '28x28');
    await input.fill('small');
    await box().locator('text=“small” is no size').first().waitFor();
    await window.answer('30 crop 28');
    await window.drawn(/photos-cnn.*3 instances/);
    const { resize, crop } = await optionsOf('photos-cnn');
    assert.deepEqual([resize, crop], ['30', '28']);
    await window.command('View: Close All Editors');
    await window.menu(window.row('cnn.onnx'), 'Open Diagram for Model');
    await window.drawn(/photos-cnn.*3 instances/);
  });

  it('sees columns and classes of a table in the list, and changes them with the keyboard', async () => {
    await window.explorer();
    await window.expand('flowers');
    await window.menu(window.row('flowers.onnx'), 'Open Diagram for Model');
    await box().locator('text=classes aster, lily, rose (sorted)').first().waitFor();
    await window.picture('columns-offered');
    await window.typePick('Change Columns, Classes or Size…');
    await window.typePick('Order of Classes…');
    const input = box().locator('input').first();
    await box().locator("text=Classes in the model's order").first().waitFor();
    assert.equal(await input.inputValue(), 'aster, lily, rose');
    await input.fill('rose, aster');
    await box().locator('text=“lily” is missing').first().waitFor();
    await window.answer('rose, aster, lily');
    await box().locator('text=rose, aster, lily').first().waitFor();
    await window.picture('dataset-review');
    await window.typePick('Use This Dataset');
    await window.drawn(/flowers.*30 instances/);
    assert.deepEqual((await optionsOf('flowers-flowers')).classes, ['rose', 'aster', 'lily']);
  });
});
