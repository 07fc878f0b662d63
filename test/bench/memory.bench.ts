// Peak memory of `apd record` over 60,000 MNIST images, as a user runs it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bench, figure, mebibytes, ms, printTable, sized } from './harness';
import { mnistFile, PAPER_MODEL, testModel } from './mnist';

/** Loaded before the command line: tells the peak of its own process when that ends. */
const TELL_PEAK = `data:text/javascript,process.on('exit', () => process.send(process.resourceUsage().maxRSS))`;

interface Recorded {
  /** Milliseconds. */
  time: number;
  /** Bytes. */
  peak: number;
}

function record(model: string, part: 'train' | 't10k', out: string): Promise<Recorded> {
  const start = performance.now();
  const scaling = ['--scale', String(1 / 255), '--mean', '0.5', '--std', '0.5'];
  const data = ['--data', mnistFile(part, 'images'), '--labels', mnistFile(part, 'labels')];
  const child = spawn(
    process.execPath,
    ['--import', TELL_PEAK, 'dist/cli.js', 'record', model, ...data, ...scaling, '--out', out, '--force'],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let peak = 0;
  let said = '';
  child.stderr!.on('data', (text: Buffer) => (said += text.toString()));
  child.on('message', (kibibytes: number) => {
    peak = kibibytes * 1024;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ time: performance.now() - start, peak });
      else reject(new Error(`apd record ended with ${code}: ${said}`));
    });
  });
}

bench('Peak memory of recording through the command line', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  try {
    const rows: string[][] = [];
    const peaks: number[] = [];
    const cases = [
      ['60,000 through 784-32×5-10', PAPER_MODEL, 'train'],
      ['60,000 through 784-128×3-10', testModel('dense-008'), 'train'],
      ['10,000 through the convolutional network', testModel('cnn'), 't10k'],
    ] as const;
    for (const [title, model, part] of cases.slice(0, sized(cases.length, 1))) {
      const { time, peak } = await record(model, part, path.join(folder, 'run'));
      peaks.push(peak);
      rows.push([title, ms(time), mebibytes(peak)]);
    }
    printTable(['', 'time', 'peak memory'], rows);
    figure('peak memory of `apd record`, 60,000 images, 784-32×5-10', mebibytes(peaks[0]));
    figure('peak memory of `apd record`, 10,000 images, convolutional network', mebibytes(peaks.at(-1)!));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
