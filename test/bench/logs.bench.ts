// Reading logs: lines a second of each format; a text log of 1 GiB on disk that is followed: lines and bytes a second, what
// it adds to the process, and how soon a line that is appended to it is known.
import { appendFile, mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FollowedLog } from '../../src/logs/following/followedLog';
import type { LogFormat } from '../../src/logs/formats/log';
import { createLogReader, type LogReaderOptions } from '../../src/logs/formats/reader';
import { bench, figure, goal, mebibytes, ms, printTable, sideBySide, sized, timing, whole } from './harness';

const CHUNK_BYTES = 64 * 1024;
const LINE_COUNT = sized(100_000, 1000);
const LARGE_BYTES = sized(1024 ** 3, 1024 ** 2);
const APPENDED = sized(30, 2);
const STEPS_PER_EPOCH = 100;

/** Ways to write a line of a training, by what is measured. */
const writers: Record<
  string,
  { format: LogFormat; line: (epoch: number, step: number) => string; head?: string }
> = {
  'JSON lines': {
    format: 'jsonLines',
    line: (epoch, step) => `{"epoch": ${epoch}, "step": ${step}, "loss": ${1 / step}, "accuracy": 0.93125}\n`,
  },
  CSV: {
    format: 'csv',
    head: 'epoch,step,train_loss,val_loss,val_acc\n',
    line: (epoch, step) => `${epoch},${step},${1 / step},,\n`,
  },
  'text, a line a batch': {
    format: 'text',
    line: (epoch, step) =>
      `Epoch: [${epoch}][${step % STEPS_PER_EPOCH}/${STEPS_PER_EPOCH}]\tTime 0.1 ( 0.1)\tLoss ${(1 / step).toFixed(4)} (0.5)\n`,
  },
  "text, Keras' progress": {
    format: 'text',
    line: (epoch, step) =>
      step % STEPS_PER_EPOCH === 0
        ? `\nEpoch ${epoch + 1}/1000\n`
        : `${'\b'.repeat(60)}\r${step % STEPS_PER_EPOCH}/${STEPS_PER_EPOCH} [===>......] - ETA: 3s - loss: ${(1 / step).toFixed(4)}`,
  },
  'text that says nothing': {
    format: 'text',
    line: (epoch, step) =>
      `2026-05-01 12:00:00,123 INFO data: read shard ${step} of part ${epoch}, 1024 images\n`,
  },
  "a user's pattern": {
    format: 'pattern',
    line: (epoch, step) => `E${epoch} S${step} | ${1 / step}\n`,
  },
};

const options: LogReaderOptions = {
  pattern: { pattern: String.raw`^E(?<epoch>\d+) S(?<step>\d+) \| (?<loss>\S+)$`, source: 'bench' },
};

/** Bytes of a whole log, in chunks as a file is read. */
function chunksOf({ line, head = '' }: (typeof writers)[string]): Buffer[] {
  const lines = Array.from({ length: LINE_COUNT }, (_, i) =>
    line(Math.floor((i + 1) / STEPS_PER_EPOCH), i + 1),
  );
  const bytes = Buffer.from(head + lines.join(''));
  return Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, chunk) =>
    bytes.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES),
  );
}

function readAll(format: LogFormat, chunks: readonly Buffer[]): number {
  const reader = createLogReader(format, options);
  for (const chunk of chunks) reader.push(chunk);
  reader.finish();
  return reader.rows.length;
}

/**
 * Writes a text log of one GiB where a line in ten tells of a training that goes on and on.
 * @returns its lines and bytes
 */
async function writeLarge(file: string): Promise<{ lines: number; bytes: number }> {
  const noise = 'a line as it comes out of the data pipeline, with no number of interest in it\n'.repeat(900);
  const handle = await open(file, 'w');
  let [bytes, lines, step] = [0, 0, 0];
  while (bytes < LARGE_BYTES) {
    let text = noise;
    for (let line = 0; line < 100; line++, step++) {
      text += `epoch=${Math.floor(step / STEPS_PER_EPOCH)} step=${step} loss=${1 / (step + 1)} lr=0.001\n`;
    }
    lines += 1000;
    bytes += (await handle.write(text)).bytesWritten;
  }
  await handle.close();
  return { lines, bytes };
}

/** What a work adds to the memory of the process at its highest, looked at again and again, and the longest it blocked. */
async function watchedMemory(
  work: () => Promise<unknown>,
): Promise<{ heap: number; rss: number; block: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  let [heap, rss, block, last, looks] = [0, 0, 0, performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    block = Math.max(block, now - last);
    if (looks++ % 100 === 0) globalThis.gc?.();
    const present = process.memoryUsage();
    rss = Math.max(rss, present.rss - before.rss);
    if (looks % 100 === 1) heap = Math.max(heap, present.heapUsed - before.heapUsed);
    // What the look itself took is no block of the work.
    last = performance.now();
  }, 5);
  await work();
  clearInterval(timer);
  return { heap, rss, block };
}

/** Appends lines to a log that is watched. @returns milliseconds from writing each to its being known */
async function appendLatency(file: string, followed: FollowedLog): Promise<number[]> {
  let told = () => {};
  followed.watch(() => told());
  // Watching alone keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const times: number[] = [];
  for (let epoch = 1e6; times.length < APPENDED; epoch++) {
    const known = new Promise<void>((resolve) => {
      told = () => {
        if (followed.log?.rows.at(-1)?.epoch === epoch) resolve();
      };
    });
    const start = performance.now();
    await appendFile(file, `epoch=${epoch} loss=0.5\n`);
    await known;
    times.push(performance.now() - start);
  }
  clearInterval(alive);
  return times;
}

async function followLarge(file: string): Promise<void> {
  const { lines, bytes } = await writeLarge(file);
  const followed = new FollowedLog(file);
  const start = performance.now();
  const { heap, rss, block } = await watchedMemory(() => followed.update());
  const seconds = (performance.now() - start) / 1000;
  const kept = followed.log?.rows.length ?? 0;
  const latency = await appendLatency(file, followed);
  followed.close();
  const speed = `${whole(Math.round(lines / seconds))} lines and ${mebibytes(bytes / seconds)} a second`;
  console.log(`\n  1 GiB of text on disk, ${whole(lines)} lines: ${speed}, ${whole(kept)} rows are held`);
  console.log(`  nothing else waited longer than ${ms(block)} for it`);
  figure('Followed text log of 1 GiB: lines a second', whole(Math.round(lines / seconds)));
  figure('Followed text log of 1 GiB: a second', mebibytes(bytes / seconds));
  figure('Followed text log of 1 GiB: longest block', ms(block));
  goal('Followed text log of 1 GiB: heap', mebibytes(heap), '≤ 256 MiB', heap <= 256 * 1024 ** 2);
  goal(
    'Followed text log of 1 GiB: memory of the process',
    mebibytes(rss),
    '≤ 512 MiB',
    rss <= 512 * 1024 ** 2,
  );
  const { median } = timing(latency);
  goal('A line appended to it is known after', ms(median), '≤ 250 ms', median <= 250);
}

bench('Reading logs', async () => {
  const logs = Object.entries(writers).map(([name, writer]) => ({
    name,
    format: writer.format,
    chunks: chunksOf(writer),
  }));
  const works = Object.fromEntries(
    logs.map(({ name, format, chunks }) => [name, () => readAll(format, chunks)]),
  );
  const times = await sideBySide(works, { warmUp: 1, rounds: 5 });
  const rows = logs.map(({ name, chunks }) => {
    const seconds = times[name].median / 1000;
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    figure(`Log lines a second: ${name}`, whole(Math.round(LINE_COUNT / seconds)));
    return [
      name,
      ms(times[name].median),
      whole(Math.round(LINE_COUNT / seconds)),
      mebibytes(bytes / seconds),
    ];
  });
  printTable([`${whole(LINE_COUNT)} lines`, 'median', 'lines a second', 'a second'], rows);

  const folder = await mkdtemp(path.join(os.tmpdir(), 'apd-bench-logs-'));
  try {
    await followLarge(path.join(folder, 'train.log'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
