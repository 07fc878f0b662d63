import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { runScript } from '../../src/extension/python/scriptRun';
import { terminalWith } from '../../src/extension/python/trainingTask';
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
    os.makedirs("weights", exist_ok=True)
    torch.save(model.state_dict(), f"weights/epoch-{epoch}.pt")
with open("python.txt", "w") as stream:
    stream.write(sys.executable)
while not os.path.exists("go-on"):
    time.sleep(0.05)
sys.exit(5)
`;

/** What tells of the model and the data of checkpoints. */
const MODEL_AND_DATA = `
import numpy as np, torch

def make_model():
    return torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))

def load_data():
    return np.load("digits/x.npy").astype("float32"), np.load("digits/y.npy")
`;

/** What the stand-in of the Python extension has of that one's API. */
interface PythonApi {
  environments: { updateActiveEnvironmentPath(environment: string): Promise<void> };
}

/** A virtual environment whose Python is another's. */
function makeEnvironment(place: string, executable: string): string {
  const python = path.join(place, 'bin', 'python');
  mkdirSync(path.dirname(python), { recursive: true });
  symlinkSync(executable, python);
  const home = `home = ${path.dirname(executable)}\ninclude-system-site-packages = true\n`;
  writeFileSync(path.join(place, 'pyvenv.cfg'), home);
  return python;
}

describe('a Python training that is recorded', function () {
  this.timeout(2 * LONG_MS);
  let services: Services;
  const environment = file('.venv').fsPath;
  const chosen = file('chosen').fsPath;
  const training = file('ordinary.py');
  const folder = runFolder('ordinary');
  const starter = file('apd_checkpoints.py').fsPath;
  const goOn = file('go-on').fsPath;
  const told = file('python.txt').fsPath;

  before(async function () {
    if (PYTHON === undefined) {
      console.log('      skipped: no Python with PyTorch is there (APD_PYTHON names one)');
      this.skip();
    }
    ({ services } = await activated());
    const found = spawnSync(PYTHON, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    makeEnvironment(environment, found.stdout.trim());
    makeEnvironment(chosen, found.stdout.trim());
    writeFileSync(training.fsPath, SCRIPT);
  });

  after(async () => {
    await closeAll();
    const places = [environment, chosen, training.fsPath, starter, goOn, told, file('weights').fsPath];
    const runs = [
      folder,
      `${folder}-2`,
      runFolder('weights'),
      runFolder('mlp'),
      runFolder('cnn'),
      file('apd-examples').fsPath,
    ];
    for (const place of [...places, ...runs]) {
      rmSync(place, { recursive: true, force: true });
    }
  });

  /** Snapshots of a run that is shown. */
  const snapshots = (place: string) => services.sessions.of(place)[0]?.run?.snapshots.length ?? 0;
  const ended = (place: string) => until('the end', () => services.python.of(place) === undefined, LONG_MS);

  it('shows its diagram while it runs, at each new snapshot, and tells when it fails', async () => {
    await run('apd.runPython', training, undefined, { arguments: '2' });
    await until('three snapshots', () => snapshots(folder) === 3, LONG_MS);
    const [session] = services.sessions.of(folder);
    await until('the newest on screen', () => session.shown?.snapshot === 2 && !session.busy, LONG_MS);
    assert.deepEqual(
      session.run!.snapshots.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.equal(session.run!.labelled, true);
    const exit = new Promise<number | undefined>((resolve) => {
      vscode.tasks.onDidEndTaskProcess(({ exitCode }) => resolve(exitCode));
    });
    writeFileSync(goOn, '');
    assert.equal(await exit, 5);
    await ended(folder);
    assert.equal(readFileSync(told, 'utf8'), path.join(environment, 'bin', 'python'));
  });

  it('runs with the Python that is chosen in the Python extension, its terminal is shown, and it is stopped', async () => {
    rmSync(goOn);
    rmSync(told);
    const python = vscode.extensions.getExtension<PythonApi>('ms-python.python')!;
    const { environments } = await python.activate();
    await environments.updateActiveEnvironmentPath(path.join(chosen, 'bin', 'python'));
    const second = `${folder}-2`;
    await run('apd.runPython', training, undefined, { arguments: '1' });
    await until('the Python that runs it', () => existsSync(told), LONG_MS);
    assert.equal(readFileSync(told, 'utf8'), path.join(chosen, 'bin', 'python'));
    const terminal = await terminalWith(services.python.of(second)!.pid!);
    assert.ok(terminal, `no terminal of ${vscode.window.terminals.map(({ name }) => name).join(', ')}`);
    await run('workbench.action.closePanel');
    await run('apd.showTrainingTerminal');
    await until('its terminal in front', () => vscode.window.activeTerminal === terminal);
    await run('apd.stopPython');
    await ended(second);
    // What was reached when it was ended is a snapshot, too.
    await until('its last snapshot', () => snapshots(second) === 2, LONG_MS);
    await environments.updateActiveEnvironmentPath('python');
  });

  it('leaves checkpoints that are recorded with its model and data, in the order of their epochs', async () => {
    writeFileSync(starter, MODEL_AND_DATA);
    const weights = [1, 0].map((epoch) => file('weights', `epoch-${epoch}.pt`));
    const place = runFolder('weights');
    await run('apd.recordCheckpointsWithPython', weights[0], weights, { record: true });
    await until('two snapshots', () => snapshots(place) === 2, LONG_MS);
    await ended(place);
    const [session] = services.sessions.of(place);
    assert.deepEqual(
      session.run!.snapshots.map(({ epoch }) => epoch),
      [0, 1],
    );
    assert.equal(readFileSync(starter, 'utf8'), MODEL_AND_DATA);
  });

  it('is the Python example, as the walkthrough opens it', async () => {
    await run('apd.openTrainingExample', 'mlp.py');
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.fsPath, file('apd-examples', 'pytorch', 'mlp.py').fsPath);
    // As by the button of the editor, which names no file.
    await run('apd.runPython', undefined, undefined, { arguments: '--epochs 2' });
    const place = runFolder('mlp');
    await until('three snapshots', () => snapshots(place) === 3, LONG_MS);
    await ended(place);
  });

  it('shows instances of images as the network got them', async () => {
    await run('apd.runPython', file('apd-examples', 'pytorch', 'cnn.py'), undefined, {
      arguments: '--epochs 2',
    });
    const place = runFolder('cnn');
    await until('three snapshots', () => snapshots(place) === 3, LONG_MS);
    await ended(place);
    const shown = await services.engine.request('instances/place', { folder: place, instance: 5 });
    assert.deepEqual([path.basename(shown.file), shown.index], ['inputs.npy', 5]);
    const { width, height, channels, pixels } = shown.image!;
    assert.deepEqual([width, height, channels], [8, 8, 1]);
    assert.ok(new Set(pixels).size > 4, `only ${new Set(pixels).size} shades are in the picture`);
  });

  it('is refused with words about what is wrong where its arguments are', async () => {
    await assert.rejects(runScript(services, training, '"a'), /a quote " is not closed/);
  });
});
