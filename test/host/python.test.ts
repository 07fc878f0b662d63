import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { runScript } from '../../src/extension/python/scriptRun';
import type { Services } from '../../src/extension/shared/services';
import { until } from '../helpers/setup';
import { activated, closeAll, file, runFolder } from './extension';

const LONG_MS = 120_000;
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
const PYTHON = [process.env.APD_PYTHON, 'python3', '/usr/bin/python3'].find(
  (command) => command !== undefined && spawnSync(command, ['-c', 'import torch, numpy']).status === 0,
);

/** An ordinary training; it waits between epochs for a file, so that the test decides when it goes on. */
const SCRIPT = `
import os, sys, time
import numpy as np, torch
torch.manual_seed(0)
x = torch.tensor(np.load(os.path.join("digits", "x.npy")).astype("float32"))
y = torch.tensor(np.load(os.path.join("digits", "y.npy")).astype("int64"))
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=64, shuffle=True)
model = torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(int(sys.argv[1])):
    for inputs, labels in loader:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    print("epoch", epoch, flush=True)
while not os.path.exists("go-on"):
    time.sleep(0.05)
sys.exit(5)
`;

describe('a Python training that is recorded', function () {
  this.timeout(2 * LONG_MS);
  let services: Services;
  const environment = file('.venv').fsPath;
  const training = file('ordinary.py');
  const folder = runFolder('ordinary');

  before(async function () {
    if (PYTHON === undefined) {
      console.log('      skipped: no Python with PyTorch is there (APD_PYTHON names one)');
      this.skip();
    }
    ({ services } = await activated());
    const found = spawnSync(PYTHON, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const executable = found.stdout.trim();
    mkdirSync(path.join(environment, 'bin'), { recursive: true });
    symlinkSync(executable, path.join(environment, 'bin', 'python'));
    const home = `home = ${path.dirname(executable)}\ninclude-system-site-packages = true\n`;
    writeFileSync(path.join(environment, 'pyvenv.cfg'), home);
    writeFileSync(training.fsPath, SCRIPT);
  });

  after(async () => {
    await closeAll();
    for (const place of [environment, training.fsPath, folder, file('go-on').fsPath]) {
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('shows its diagram while it runs, at each new snapshot, and tells when it fails', async () => {
    await run('apd.runPython', training, undefined, { arguments: '2' });
    await until(
      'three snapshots',
      () => services.sessions.of(folder)[0]?.run?.snapshots.length === 3,
      LONG_MS,
    );
    const [session] = services.sessions.of(folder);
    await until('the newest on screen', () => session.shown?.snapshot === 2 && !session.busy, LONG_MS);
    assert.deepEqual(
      session.run!.snapshots.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.equal(session.run!.labelled, true);
    assert.ok(vscode.window.terminals.some(({ name }) => name.includes('ordinary.py')));
    const ended = new Promise<number | undefined>((resolve) => {
      vscode.tasks.onDidEndTaskProcess(({ exitCode }) => resolve(exitCode));
    });
    writeFileSync(file('go-on').fsPath, '');
    assert.equal(await ended, 5);
  });

  it('is refused with words about what is wrong where its arguments are', async () => {
    await assert.rejects(runScript(services, training, '"a'), /a quote " is not closed/);
  });
});
