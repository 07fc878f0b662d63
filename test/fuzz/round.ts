import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '../../src/core/errors';
import { Random } from '../../src/core/random';
import type { FuzzedReader, Seed } from './readers';

/** What reading a file came to. */
export interface Verdict {
  outcome: 'accepted' | 'refused' | 'fault';
  /** Of a fault: what was thrown, without what differs from file to file. */
  fault?: string;
  /** Seconds of processor time. */
  seconds: number;
}

/** Folder of files that were read wrongly once, by reader. */
const FOUND = path.resolve('test', 'fixtures', 'fuzz');

/** Reads bytes in a folder of their own, which is removed. */
export async function readOnce(reader: FuzzedReader, bytes: Buffer, seed: Seed): Promise<Verdict> {
  const folder = mkdtempSync(path.join(tmpdir(), 'apd-fuzz-'));
  const before = process.cpuUsage();
  let outcome: Verdict['outcome'] = 'accepted';
  let fault: string | undefined;
  try {
    await reader.read(bytes, seed, folder);
  } catch (error) {
    const isTold = error instanceof InputError && !error.message.includes('\n');
    outcome = isTold ? 'refused' : 'fault';
    if (!isTold) fault = faultOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { user, system } = process.cpuUsage(before);
  return { outcome, fault, seconds: (user + system) / 1e6 };
}

/** What was thrown, and the first place in the program. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const at = error.stack?.split('\n').find((line) => line.includes(' at ')) ?? '';
  return `${error.name}: ${error.message.slice(0, 100).replace(/\d+/g, '0')}${at.replace(/:\d+:\d+/, '')}`;
}

/** The mutant of a number: the same bytes at any time and on any machine. */
export function mutantOf(
  reader: FuzzedReader,
  seeds: readonly Seed[],
  number: number,
): { bytes: Buffer; seed: Seed } {
  const random = new Random(number + 1);
  const seed = seeds[random.below(seeds.length)];
  let bytes = seed.bytes;
  for (let times = 1 + random.below(3); times > 0; times--) bytes = reader.mutate(bytes, random);
  // Larger ones show nothing that these do not.
  return { bytes: Buffer.from(bytes.subarray(0, 4 * 1024 * 1024)), seed };
}

/** Files that were read wrongly once, each with the seed that it came of. */
export function foundBefore(reader: FuzzedReader, seeds: readonly Seed[]): { bytes: Buffer; seed: Seed }[] {
  let names: string[];
  try {
    names = readdirSync(path.join(FOUND, reader.name)).sort();
  } catch {
    // None was.
    return [];
  }
  return names.map((name) => ({
    bytes: readFileSync(path.join(FOUND, reader.name, name)),
    seed: seeds.find((seed) => name.endsWith(seed.name)) ?? seeds[0],
  }));
}

/**
 * Makes a file that is read wrongly as small as it stays wrong in the same way: pieces are left out, large ones first.
 * @param mostReads how often it may be read for that
 */
export async function minimise(
  bytes: Buffer,
  isSame: (smaller: Buffer) => Promise<boolean>,
  mostReads = 500,
): Promise<Buffer> {
  let smallest = bytes;
  let reads = 0;
  for (
    let piece = Math.ceil(bytes.length / 2);
    piece >= 1 && reads < mostReads;
    piece = Math.floor(piece / 2)
  ) {
    for (let at = 0; at < smallest.length && reads < mostReads; reads++) {
      const smaller = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + piece)]);
      if (await isSame(smaller)) smallest = smaller;
      else at += piece;
    }
  }
  return smallest;
}
