import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../helpers/setup';
import { VsCodeWindow } from './vscodeWindow';

const LONG_MS = 60_000;
const PYTHON = [process.env.APD_PYTHON, 'python3', '/usr/bin/python3'].find(
  (command) => command !== undefined && spawnSync(command, ['-c', 'import torch, numpy']).status === 0,
);

/** An ordinary training, an epoch each time that the test allows one more. */
const SCRIPT = `
import os, sys, time
import numpy as np, torch
torch.manual_seed(0)
x = torch.tensor(np.load(os.path.join("moons", "x.npy")).astype("float32"))
y = torch.tensor(np.load(os.path.join("moons", "y.npy")).astype("int64"))
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=64, shuffle=True)
model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters())
os.makedirs("weights", exist_ok=True)
for epoch in range(1, 1000):
    for inputs, labels in loader:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    print(f"epoch {epoch} is done with {sys.argv[1:]}", flush=True)
    torch.save(model.state_dict(), f"weights/epoch-{epoch}.pt")
    while not os.path.exists(f"allowed-{epoch + 1}"):
        time.sleep(0.02)
`;

/** What makes a starter complete. */
const MODEL_AND_DATA = `
import numpy as np, torch

def make_model():
    return torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))

def load_data():
    return np.load("moons/x.npy").astype("float32"), np.load("moons/y.npy")
`;

describe('a user who trains with Python', function () {
  this.timeout(2 * LONG_MS);
  let window: VsCodeWindow;

  before(async function () {
    if (PYTHON === undefined) {
      console.log('      skipped: no Python with PyTorch is there (APD_PYTHON names one)');
      this.skip();
    }
    window = await VsCodeWindow.open({ prepare });
  });

  after(() => window?.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Puts the script into the workspace, and a virtual environment with the Python of the tests. */
  function prepare(folder: string): undefined {
    const found = spawnSync(PYTHON!, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const executable = found.stdout.trim();
    mkdirSync(path.join(folder, '.venv', 'bin'), { recursive: true });
    symlinkSync(executable, path.join(folder, '.venv', 'bin', 'python'));
    const home = `home = ${path.dirname(executable)}\ninclude-system-site-packages = true\n`;
    writeFileSync(path.join(folder, '.venv', 'pyvenv.cfg'), home);
    writeFileSync(path.join(folder, 'train.py'), SCRIPT);
    return undefined;
  }

  const inFolder = (...names: string[]) => path.join(window.folder, ...names);
  const allow = (epoch: number) => writeFileSync(inFolder(`allowed-${epoch}`), '');
  const terminalTab = (name: string) =>
    window.page.locator('.terminal-tabs-entry, .single-terminal-tab', { hasText: name });

  it('right-clicks the script, gives arguments, and sees its terminal and its first snapshots', async () => {
    await window.explorer();
    await window.menu(window.row('train.py'), 'Run and Record Activation Patterns');
    await window.answer('--lr 0.1');
    allow(2);
    await window.drawn(/train, epoch 2\b.*400 instances/);
    await window.status(/train\.py/);
    await window.page.locator('.terminal-wrapper:visible .xterm').first().waitFor();
    await window.picture('python-recorded');
  });

  it('sees each epoch as it comes', async () => {
    allow(3);
    await window.drawn(/train, epoch 3\b.*400 instances/);
  });

  it('is asked about a second run of the same script while it goes on, with the arguments of before', async () => {
    await window.menu(window.row('train.py'), 'Run and Record Activation Patterns');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.picture('python-asked');
    await dialog.getByRole('button', { name: 'Run Another Beside It' }).click();
    const input = window.page.locator('.quick-input-widget:visible input');
    await input.waitFor();
    assert.equal(await input.inputValue(), '--lr 0.1');
    await window.page.keyboard.press('Enter');
    await window.drawn(/train-2, epoch \d+\b.*400 instances/);
    await terminalTab('Record train.py into train-2').first().waitFor();
    await window.status(/train\.py, train\.py/);
    await window.picture('python-two');
  });

  it('stops the one of the diagram by the button in its title', async () => {
    await window.page.getByRole('button', { name: 'Stop Recorded Python Training' }).first().click();
    await until(
      'one is left',
      async () => /train\.py$/.test((await window.status(/train\.py/)).trim()),
      LONG_MS,
    );
    await window.page
      .locator('.statusbar-item', { hasText: /train\.py, train\.py/ })
      .waitFor({ state: 'detached' });
    assert.ok(existsSync(inFolder('apd-runs', 'train-2', 'apd-run.json')));
  });

  it('reloads the window while it records, and finds the training and its diagram as they were', async () => {
    await window.page
      .locator('.tab', { hasText: /^train ·/ })
      .first()
      .click();
    await window.drawn(/train, epoch 3\b.*400 instances/);
    await window.reload();
    await window.drawn(/train, epoch \d+\b.*400 instances/);
    await window.picture('python-reloaded');
    await window.status(/train\.py/);
    allow(4);
    allow(5);
    await window.drawn(/train, epoch 5\b.*400 instances/);
  });

  it('stops it by its command, and opens the recorded run after another reload', async () => {
    await window.command('APD: Stop Recorded Python Training');
    await window.page.locator('.statusbar-item', { hasText: /train\.py/ }).waitFor({ state: 'detached' });
    const { snapshots } = JSON.parse(readFileSync(inFolder('apd-runs', 'train', 'apd-run.json'), 'utf8')) as {
      snapshots: { epoch: number }[];
    };
    assert.deepEqual(
      snapshots.map(({ epoch }) => epoch),
      [0, 1, 2, 3, 4, 5],
    );
    await window.command('View: Close All Editors');
    await window.reload();
    await window.sidePanel();
    await window.expand('train, ');
    await window.row('epoch 2').click();
    await window.drawn(/train, epoch 2\b.*400 instances/);
  });

  it('right-clicks its checkpoints, completes the starter, and sees them recorded', async () => {
    await window.explorer();
    await window.expand('weights');
    await window.menu(window.row('epoch-2.pt'), 'Record Checkpoints with Python');
    await window.pick(/^All 5 in weights/);
    const starter = inFolder('apd_checkpoints.py');
    const message = await window.message('Complete make_model and load_data in apd_checkpoints.py');
    await window.picture('python-starter');
    assert.match(readFileSync(starter, 'utf8'), /def make_model\(\):\n/);
    writeFileSync(starter, MODEL_AND_DATA);
    await message.getByRole('button', { name: 'Record' }).click();
    await window.drawn(/weights, epoch \d+\b.*400 instances/);
    await until(
      'five snapshots',
      () => readdirSync(inFolder('apd-runs', 'weights', 'patterns')).length === 5,
      LONG_MS,
    );
    await window.drawn(/weights, epoch 5\b.*400 instances/);
    await window.clearMessages();
  });

  it('is asked before a file that is there is replaced', async () => {
    await window.menu(window.row('epoch-2.pt'), 'Record Checkpoints with Python');
    await window.pick(/^Only epoch-2/);
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.picture('python-starter-there');
    await dialog.getByRole('button', { name: 'Edit It First' }).click();
    await window.message('Complete make_model and load_data in apd_checkpoints.py');
    assert.equal(readFileSync(inFolder('apd_checkpoints.py'), 'utf8'), MODEL_AND_DATA);
  });
});
