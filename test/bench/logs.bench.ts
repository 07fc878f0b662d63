// Reading logs: lines a second of each format, and the memory that a text log of 1 GiB takes while it is followed.
import type { LogFormat } from '../../src/runs/logs/log';
import { createLogReader, type LogReaderOptions } from '../../src/runs/logs/reader';
import { bench, figure, goal, mebibytes, ms, printTable, sideBySide, whole } from './harness';

const chunkBytes = 64 * 1024;
const lineCount = 100_000;
const stepsPerEpoch = 100;

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
      `Epoch: [${epoch}][${step % stepsPerEpoch}/${stepsPerEpoch}]\tTime 0.1 ( 0.1)\tLoss ${(1 / step).toFixed(4)} (0.5)\n`,
  },
  "text, Keras' progress": {
    format: 'text',
    line: (epoch, step) =>
      step % stepsPerEpoch === 0
        ? `\nEpoch ${epoch + 1}/1000\n`
        : `${'\b'.repeat(60)}\r${step % stepsPerEpoch}/${stepsPerEpoch} [===>......] - ETA: 3s - loss: ${(1 / step).toFixed(4)}`,
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
  const lines = Array.from({ length: lineCount }, (_, i) => line(Math.floor((i + 1) / stepsPerEpoch), i + 1));
  const bytes = Buffer.from(head + lines.join(''));
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, chunk) =>
    bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes),
  );
}

function readAll(format: LogFormat, chunks: readonly Buffer[]): number {
  const reader = createLogReader(format, options);
  for (const chunk of chunks) reader.push(chunk);
  reader.finish();
  return reader.rows.length;
}

/**
 * Follows a text log of one GiB where a line in ten tells of a training that goes on and on.
 * @returns bytes of the heap, before and at its largest
 */
function followLarge(): { before: number; most: number; rows: number; lines: number } {
  const total = 1024 ** 3;
  const noise = 'a line as it comes out of the data pipeline, with no number of interest in it\n'.repeat(900);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const reader = createLogReader('text');
  let [bytes, most, step, lines] = [0, 0, 0, 0];
  for (let chunk = 0; bytes < total; chunk++) {
    let text = noise;
    for (let line = 0; line < 100; line++, step++) {
      text += `epoch=${Math.floor(step / stepsPerEpoch)} step=${step} loss=${1 / (step + 1)} lr=0.001\n`;
    }
    lines += 1000;
    const buffer = Buffer.from(text);
    reader.push(buffer);
    bytes += buffer.length;
    if (chunk % 1000 === 0) {
      globalThis.gc?.();
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
  }
  return { before, most, rows: reader.rows.length, lines };
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
    figure(`Log lines a second: ${name}`, whole(Math.round(lineCount / seconds)));
    return [name, ms(times[name].median), whole(Math.round(lineCount / seconds)), mebibytes(bytes / seconds)];
  });
  printTable([`${whole(lineCount)} lines`, 'median', 'lines a second', 'a second'], rows);

  const start = performance.now();
  const { before, most, rows: kept, lines } = followLarge();
  const grown = most - before;
  console.log(
    `\n  1 GiB of text, ${whole(lines)} lines in ${ms(performance.now() - start)}; ${whole(kept)} rows are held`,
  );
  goal('Heap for a text log of 1 GiB', mebibytes(grown), '≤ 256 MiB', grown <= 256 * 1024 ** 2);
});
