import { VsCodeWindow } from './vscodeWindow';

describe('keyboard exploration', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;
  before(async () => {
    window = await VsCodeWindow.open();
  });
  after(() => window.close());

  it('looks', async () => {
    await window.typeCommand('APD: Open Diagram for Model');
    await window.typePick('All of moons');
    await window.typePick('x.npy');
    console.log(await window.drawn(/moons.*epoch 20/));
    await window.status(/moons · epoch 20/);
    await window.typeCommand('Activation Patterns: Focus on Instances View');
    console.log(await window.beside('Instances', /instance/));
    await window.page.keyboard.press('Control+1');
    const { page } = window;
    const say = async (what: string) => {
      await page.waitForTimeout(500);
      console.log(
        what,
        await window.diagram.locator(':focus').evaluateAll((all) => all.map((one) => `${one.className} ${one.getAttribute('aria-label')?.slice(0, 40)}`)),
        await window.diagram.locator('[aria-live=polite]').evaluateAll((all) => all.map((one) => one.textContent)),
        await window.beside('Instances', /instance/),
      );
    };
    await say('ctrl1');
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press('Tab');
      await say('tab');
      if (await window.diagram.locator('.stage:focus').count()) break;
    }
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowUp', 'Enter', 'f', 'Escape', 'Escape', '[', ']', 'Home', 'End']) {
      await page.keyboard.press(key);
      await say(key);
    }
    await window.picture('k1');
  });
});
