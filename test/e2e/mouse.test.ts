import assert from 'node:assert/strict';
import { VsCodeWindow } from './vscodeWindow';

describe('mouse exploration', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;
  before(async () => {
    window = await VsCodeWindow.open();
  });
  after(() => window.close());

  it('looks', async () => {
    await window.expand('iris');
    await window.menu(window.row('iris.onnx'), 'Open Diagram for Model');
    await window.page.locator('.quick-input-widget:visible .monaco-list-row').first().waitFor();
    await window.page.waitForTimeout(700);
    await window.picture('x1');
    await window.pick('iris.csv');
    console.log(await window.drawn(/iris/));
    await window.sidePanel();
    console.log(await window.beside('Instances', /instance/));
    await window.picture('x2');
    const heads = window.diagram.locator('.head');
    console.log(await heads.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))));
    const box = (await window.diagram.locator('.stage').boundingBox())!;
    console.log(box);
    for (let y = 14; y < box.height; y += 20) {
      await window.page.mouse.move(box.x + 20, box.y + y);
      const t = window.diagram.locator('.tooltip');
      console.log(y, await t.isVisible(), JSON.stringify(await t.innerText()));
    }
    await window.page.mouse.click(box.x + 20, box.y + 100);
    await window.page.waitForTimeout(1000);
    console.log(await window.beside('Instances', /instance/));
    await window.picture('x3');
    await window.page.mouse.dblclick(box.x + 20, box.y + 100);
    await window.page.waitForTimeout(2000);
    console.log(await window.beside('Instances', /instance/), await window.diagram.locator('.filters').innerText());
    await window.picture('x4');
    await window.page.keyboard.press('Escape');
    await window.page.waitForTimeout(1000);
    console.log(await window.beside('Instances', /instance/), await window.diagram.locator('.filters').innerText());
    await window.page.keyboard.press('Escape');
    await window.page.waitForTimeout(1000);
    console.log(await window.beside('Instances', /instance/), await window.diagram.locator('.filters').innerText());
    await window.picture('x5');
    assert.ok(box);
  });
});
