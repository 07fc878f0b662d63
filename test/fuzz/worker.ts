import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readers, type FuzzedReader } from './readers';
import { foundBefore, minimise, mutantOf, readOnce } from './round';

/** What the worker is asked to do: mutants from a number on, for some milliseconds. */
interface Order {
  reader: string;
  from: number;
  ms: number;
}

/** Folder for what is read wrongly. */
const KEPT = path.resolve('out', 'fuzz');
/** What counts as slow, in seconds of processor time, and as large, in bytes of the process. */
const SLOW_SECONDS = 5;
const LARGE_BYTES = 1024 ** 3;

const tell = (message: object) => process.send?.(message);

/** Peak of the memory that this process had. */
function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}

async function round(reader: FuzzedReader, { from, ms }: Order): Promise<void> {
  const seeds = reader.seeds();
  if (seeds.length === 0) throw new Error(`${reader.name} has no files to begin with`);
  const end = performance.now() + ms;
  const earlier = from === 0 ? foundBefore(reader, seeds) : [];
  for (let number = from; performance.now() < end; number++) {
    const { bytes, seed } = earlier.shift() ?? mutantOf(reader, seeds, number);
    tell({ began: number, reader: reader.name });
    const { outcome, fault, seconds } = await readOnce(reader, bytes, seed);
    const slow = seconds > SLOW_SECONDS;
    const large = peak() > LARGE_BYTES;
    tell({ number, reader: reader.name, outcome, fault, seconds, slow, large });
    if (fault !== undefined) {
      const same = async (smaller: Buffer) => (await readOnce(reader, smaller, seed)).fault === fault;
      keep(reader, `${number}-${seed.name}`, await minimise(bytes, same));
    } else if (slow || large) {
      keep(reader, `${number}-${seed.name}`, bytes);
    }
    // The peak of a process never falls: another one goes on.
    if (large) break;
  }
  tell({ done: true });
}

function keep(reader: FuzzedReader, name: string, bytes: Buffer): void {
  const folder = path.join(KEPT, reader.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), bytes);
}

process.on('message', (order: Order) => {
  const reader = readers.find(({ name }) => name === order.reader);
  if (reader) void round(reader, order);
});
process.on('disconnect', () => process.exit(0));
tell({ ready: true, readers: readers.map(({ name }) => name) });
