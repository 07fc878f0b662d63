import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FollowedLog } from '../../../src/logs/following/followedLog';
import { temporaryFolder } from '../../helpers/setup';

const MEBIBYTE = 1024 * 1024;
const SIZE = 64 * MEBIBYTE;
/** Rows of the log, each behind many lines that tell nothing. */
const BLOCKS = 64;

/** Bytes of the heap and of buffers that are in use. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that this process has read from files so far; undefined where the system does not count them. */
function bytesRead(): number | undefined {
  if (!existsSync('/proc/self/io')) return undefined;
  return Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

describe('a followed log of 64 MiB', () => {
  const at = temporaryFolder('test');

  it('is read with little memory, lets other work in between, and is then read on from its end', async () => {
    const file = at('train.log');
    const line = 'a line as it comes out of the data pipeline, with no number of interest in it\n';
    const noise = line.repeat(Math.floor(SIZE / BLOCKS / line.length));
    const handle = await open(file, 'w');
    for (let epoch = 1; epoch <= BLOCKS; epoch++) {
      await handle.write(`${noise}epoch=${epoch} loss=${1 / epoch}\n`);
    }
    const { size: written } = await handle.stat();
    await handle.close();
    assert.ok(written > 0.99 * SIZE);

    const followed = new FollowedLog(file);
    const before = memoryInUse();
    let most = before;
    let turns = 0;
    let done = false;
    const other = () => {
      turns++;
      if (turns % 16 === 0) most = Math.max(most, memoryInUse());
      if (!done) setImmediate(other);
    };
    setImmediate(other);
    await followed.update();
    done = true;
    assert.ok(turns >= written / MEBIBYTE, `${turns} turns`);
    assert.ok(most - before < 16 * MEBIBYTE, `${(most - before) / MEBIBYTE} MiB`);
    assert.deepEqual(
      followed.log!.rows.map(({ epoch }) => epoch),
      Array.from({ length: BLOCKS }, (_, index) => index + 1),
    );
    const lines = BLOCKS * (noise.length / line.length + 1);
    assert.equal(followed.log!.rows.at(-1)!.place.line, lines);

    await appendFile(file, 'epoch=65 loss=0.001\n');
    const readBefore = bytesRead();
    await followed.update();
    assert.equal(followed.log!.rows.at(-1)!.place.line, lines + 1);
    if (readBefore !== undefined) {
      const read = bytesRead()! - readBefore;
      assert.ok(read < 2 * MEBIBYTE, `${read / MEBIBYTE} MiB were read, as if all were read again`);
    }
  });
});
