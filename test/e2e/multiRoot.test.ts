import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordCheckpoints } from './recordCheckpoints';
import { VsCodeWindow } from './vscodeWindow';

describe('a user with a workspace of two folders', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        const moons = path.join(folder, 'moons');
        recordCheckpoints(moons, path.join(moons, 'apd-runs', 'from-outside'), ['epoch-020.onnx']);
        const place = path.join(folder, 'two.code-workspace');
        writeFileSync(place, JSON.stringify({ folders: [{ path: 'digits' }, { path: 'moons' }] }));
        return place;
      },
    });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('finds the runs of both listed, each recorded beside its model', async () => {
    await window.explorer();
    await window.expand('digits');
    await window.menu(window.row('epoch-008.onnx'), 'Open Diagram for Model');
    await window.pick('x.npy');
    await window.drawn(/digits-epoch-008, epoch 8: 1,797 instances/);
    assert.ok(existsSync(path.join(window.folder, 'digits', 'apd-runs', 'digits-epoch-008', 'apd-run.json')));
    await window.sidePanel();
    await window.row('digits-epoch-008, 1 snapshot, ').waitFor();
    await window.row('from-outside, 1 snapshot, 400 instances').waitFor();
    await window.picture('multi-root');
    await window.command('APD: Open Run');
    await window.pick('from-outside');
    await window.drawn(/from-outside, epoch 20: 400 instances/);
  });
});
