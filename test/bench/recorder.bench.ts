// What recording a Python training costs: listening, snapshots and memory, next to exporting a model and recording that.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bench, figure, goal, mebibytes, ms, percent, sized, timeOf, whole } from './harness';

/** Figures of one network, as recorder/bench/cost.py tells them; times in seconds of processor time. */
interface Cost {
  rows: number;
  bare: number;
  recorded: number;
  epoch: number;
  firstEpoch: number;
  /** Share of an epoch. */
  listening: number;
  probes: number;
  forward: number;
  snapshot: number;
  written: number;
  probeBytes: number;
  export: number | null;
  exportProblem?: string;
}

interface Costs {
  python: string;
  torch: string;
  threads: number;
  networks: Record<string, Cost>;
}

const NAMES: Record<string, string> = { paper: '784-32×5-10', cnn: 'small CNN' };

bench('Recording a Python training', async () => {
  const python = findPython();
  if (python === undefined) {
    const reason = 'skipped: no Python with PyTorch is there (APD_PYTHON names one)';
    console.log(`  ${reason}`);
    figure('recorder', reason);
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'apd-recorder-'));
  try {
    const { networks, torch, threads, ...versions } = measure(python, folder);
    console.log(`  ${python}: Python ${versions.python}, PyTorch ${torch}, ${threads} threads`);
    for (const [name, cost] of Object.entries(networks)) {
      await tell(NAMES[name], cost, path.join(folder, name));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The first Python that has PyTorch. */
function findPython(): string | undefined {
  const candidates = [process.env.APD_PYTHON, 'python3', '/usr/bin/python3'];
  return candidates.find(
    (command) => command !== undefined && spawnSync(command, ['-c', 'import torch, numpy']).status === 0,
  );
}

function measure(python: string, folder: string): Costs {
  const script = path.join('recorder', 'bench', 'cost.py');
  const sizes = ['--rows', String(sized(20_000, 300)), '--epochs', String(sized(5, 2))];
  const { status, stdout, stderr } = spawnSync(python, [script, '--json', '--keep', folder, ...sizes], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Costs;
}

async function tell(name: string, cost: Cost, folder: string): Promise<void> {
  const { bare, recorded, epoch, firstEpoch, listening, forward, snapshot, written, probes } = cost;
  const training = `${seconds(bare)} bare, ${seconds(recorded)} recorded with its snapshots`;
  console.log(`\n  ${name}, ${whole(cost.rows)} rows: training ${training}`);
  figure(`${name}: training`, training);
  figure(`${name}: first epoch, which copies inputs`, `${(firstEpoch / epoch).toFixed(2)}x another`);
  goal(`${name}: listening, of an epoch`, percent(listening), '≤ 1 %', listening <= 0.01);
  const ratio = snapshot / forward;
  const title = `${name}: snapshot of ${whole(probes)} against their forward pass`;
  goal(title, `${ratio.toFixed(2)}x of ${ms(1e3 * forward)}`, '≤ 1.5x', ratio <= 1.5);
  figure(`${name}: snapshot, written`, ms(1e3 * written));
  figure(`${name}: probe set`, mebibytes(cost.probeBytes));
  const other = await exportAndRecord(cost, folder);
  console.log(`  instead, torch.onnx.export an epoch and apd record: ${other}`);
  figure(`${name}: torch.onnx.export and apd record instead`, other);
}

/** What the other way takes of each epoch: the export, and the command line's recording of it. */
async function exportAndRecord(cost: Cost, folder: string): Promise<string> {
  if (cost.export === null) return `skipped: no export (${cost.exportProblem})`;
  const file = (name: string) => path.join(folder, name);
  const data = ['--data', file('x.npy'), '--labels', file('y.npy'), '--out', file('run')];
  const words = [path.join('dist', 'cli.js'), 'record', file('model.onnx'), ...data];
  let said = '';
  let status: number | null = 0;
  const time = await timeOf(() => {
    const done = spawnSync(process.execPath, words, { encoding: 'utf8' });
    [status, said] = [done.status, done.stderr];
  });
  if (status !== 0) throw new Error(`apd record ended with ${status}\n${said}`);
  return `${ms(1e3 * cost.export)} and ${ms(time)}`;
}

function seconds(time: number): string {
  return `${time.toFixed(2)} s`;
}
