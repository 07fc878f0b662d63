// Reading 60,000 × 784 numbers batch by batch: from the IDX file, and from a table of the same.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { batches } from '../../src/data/batches';
import type { Dataset } from '../../src/data/dataset';
import { openDataset } from '../../src/data/openDataset';
import { noScaling, type Scaling } from '../../src/data/scaling';
import { matchShape } from '../../src/data/arrays/shape';
import { bench, figure, mebibytes, ms, printTable, sideBySide, timeOf } from './harness';
import { mnistFile, mnistScaling, openMnist, USUAL_BATCH } from './mnist';

function batchesOf(dataset: Dataset, scaling: Scaling) {
  return batches({
    dataset,
    arranger: matchShape(dataset.features, [784], 'MNIST'),
    scaling,
    batchSize: USUAL_BATCH,
    double: false,
  });
}

async function readAll(dataset: Dataset, scaling: Scaling): Promise<number> {
  let rows = 0;
  for await (const batch of batchesOf(dataset, scaling)) rows += batch.rows;
  return rows;
}

/** Writes label and pixels of every image as a line. */
async function writeTable(file: string, dataset: Dataset): Promise<void> {
  const stream = createWriteStream(file);
  for await (const { from, rows, data } of batchesOf(dataset, noScaling)) {
    const lines = Array.from({ length: rows }, (_, row) => {
      const pixels = data.subarray(row * 784, (row + 1) * 784).join(',');
      return `${dataset.labels!.values[from + row]},${pixels}\n`;
    });
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

bench('Reading 60,000 × 784 numbers', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  try {
    const table = path.join(folder, 'mnist.csv');
    const idx = await openMnist('train');
    await writeTable(table, idx);
    let csv: Dataset | undefined;
    const opened = await timeOf(async () => {
      csv = await openDataset({ data: [{ path: table }], labelColumn: '0' });
    });
    const times = await sideBySide(
      {
        idxOpen: () => openMnist('train'),
        idxRead: () => readAll(idx, noScaling),
        idxScaled: () => readAll(idx, mnistScaling),
        csvRead: () => readAll(csv!, noScaling),
        csvScaled: () => readAll(csv!, mnistScaling),
      },
      { warmUp: 1, rounds: 5 },
    );
    const size = async (file: string) => mebibytes((await stat(file)).size);
    printTable(
      ['', 'size', 'open, with labels and checksum', 'read in batches', 'read and scaled'],
      [
        ['IDX', await size(mnistFile('train', 'images')), times.idxOpen, times.idxRead, times.idxScaled],
        ['CSV', await size(table), opened, times.csvRead, times.csvScaled],
      ].map((row) =>
        row.map((cell) =>
          typeof cell === 'string' ? cell : ms(typeof cell === 'number' ? cell : cell.median),
        ),
      ),
    );
    figure('reading and scaling 60,000 × 784 from IDX', ms(times.idxScaled.median));
    figure('opening a table of the same, which parses it', ms(opened));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
