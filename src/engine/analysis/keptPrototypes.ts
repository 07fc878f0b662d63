import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { nodesOf, singletonCount } from '../../core/nodes';
import { emptyPatterns } from '../../core/patterns/packing';
import { MAX_PROTOTYPES } from '../../core/prototypes/fit';
import type { Resolution, ResolvedLevel } from '../../core/patterns/resolution';
import type { RecordedLevel } from '../../core/patterns/snapshot';
import { readWhole } from '../../data/files/fileAccess';
import { writeFileAtomically } from '../../runs/atomic';
import type { Run } from '../../runs/readRun';

/** Raised whenever the same patterns would be given other prototypes: what was kept before counts no more. */
const FITTING_VERSION = 1;
/** Levels of fewer units × patterns are fitted as fast as they are read. */
const LEAST_WORTH_KEEPING = 1024 * 1024;
/** Folder of the kept prototypes in a run. It can be removed at any time. */
const FOLDER = 'cache';
const ourFiles = /^prototypes-level\d+-\d+-snapshot(\d+)-[0-9a-f]{32}\.bin$/;
const DIGEST_BYTES = 32;
/** Numbers of the head, each of 8 bytes. */
const HEAD_NUMBERS = 5;
const HEAD_BYTES = DIGEST_BYTES + 8 * HEAD_NUMBERS;

/** Which prototypes are meant. */
export interface KeptQuestion {
  run: Run;
  /** Checksums of the arrays of a snapshot, by name. */
  checksums: (snapshot: number) => Promise<Map<string, string>>;
  /** Index of the snapshot. */
  snapshot: number;
  level: number;
  /** The level as it was recorded, with exact patterns. */
  recorded: RecordedLevel;
  /** The resolution that was asked for. */
  resolution: Resolution;
  /** The number of prototypes that it means here. */
  wanted: number;
}

/** Whether fitting the prototypes of a level takes so long that they are worth a file. */
export function worthKeeping({ exact, layer }: RecordedLevel): boolean {
  return exact !== undefined && exact.count * layer.units >= LEAST_WORTH_KEEPING;
}

/**
 * The file of fitted prototypes. Its name tells the content of all they depend on: the patterns of this and all earlier
 * snapshots, by the checksums of their files, and what was asked for.
 */
export async function keptFile(question: KeptQuestion): Promise<string> {
  const { run, checksums, snapshot, level, resolution, wanted } = question;
  const { units, bits } = run.layers[level];
  const parts: unknown[] = [FITTING_VERSION, units, bits, resolution, wanted];
  for (let s = 0; s <= snapshot; s++) {
    const arrays = await checksums(s);
    parts.push(arrays.get('instance'), arrays.get(`l${level}`));
  }
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return path.join(run.folder, FOLDER, `prototypes-level${level}-${wanted}-snapshot${snapshot}-${key}.bin`);
}

/** The prototypes of a file; undefined when it is not there, or is not whole. */
export async function readKept(
  file: string,
  { recorded, wanted }: KeptQuestion,
): Promise<ResolvedLevel | undefined> {
  const { exact, layer } = recorded;
  if (!exact) return undefined;
  const instances = exact.of.length;
  const { length: rowWords } = emptyPatterns(1, layer.units, layer.bits).words;
  const most = HEAD_BYTES + 4 * rowWords * MAX_PROTOTYPES + 2 * instances;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size < HEAD_BYTES || found.size > most) return undefined;
  const bytes = await readWhole(file, most).catch(() => undefined);
  if (!bytes || bytes.length < HEAD_BYTES) return undefined;
  const body = bytes.subarray(DIGEST_BYTES);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST_BYTES))) return undefined;
  const [count, units, planes, rows, distance] = new Float64Array(
    copied(bytes, DIGEST_BYTES, 8 * HEAD_NUMBERS),
  );
  const fits =
    units === layer.units && planes === layer.bits && rows === instances && count >= 1 && count <= wanted;
  if (!fits || bytes.length !== HEAD_BYTES + 4 * rowWords * count + 2 * instances) return undefined;
  const patterns = emptyPatterns(count, units, planes);
  patterns.words.set(new Uint32Array(copied(bytes, HEAD_BYTES, 4 * patterns.words.length)));
  const of = Int32Array.from(
    new Uint16Array(copied(bytes, HEAD_BYTES + 4 * patterns.words.length, 2 * rows)),
  );
  if (of.some((prototype) => prototype >= count)) return undefined;
  return {
    nodes: nodesOf(of, count),
    resolution: wanted,
    distance,
    patterns,
    exactPatterns: exact.count,
    exactSingletons: singletonCount(exact.occurrences),
  };
}

/** Part of some bytes in a buffer of its own, so that numbers can lie anywhere. */
function copied(bytes: Buffer, from: number, length: number): ArrayBuffer {
  return Uint8Array.prototype.slice.call(bytes, from, from + length).buffer as ArrayBuffer;
}

/**
 * Keeps prototypes in a file, in place of those of other patterns. A run that cannot be written to stays as it is: what is
 * kept spares time, and nothing else.
 */
export async function writeKept(
  file: string,
  { run, level, wanted, snapshot }: KeptQuestion,
  { nodes, patterns, distance }: ResolvedLevel,
): Promise<void> {
  const writable = await access(run.folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return;
  const { count, units, planes, words } = patterns;
  const head = Float64Array.of(count, units, planes, nodes.of.length, distance);
  const parts = [head, words, Uint16Array.from(nodes.of)].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  try {
    await writeFileAtomically(file, Buffer.concat([digest.digest(), ...parts]));
    const same = `prototypes-level${level}-${wanted}-snapshot${snapshot}-`;
    await removeStale(run, path.basename(file), same);
  } catch (error) {
    // A full disk, or a file where the folder should be: the prototypes are fitted again next time.
    if (!(error instanceof InputError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Removes what was kept of other patterns under the same name, and of snapshots that are no more. */
async function removeStale(run: Run, kept: string, same: string): Promise<void> {
  const folder = path.join(run.folder, FOLDER);
  for (const name of await readdir(folder)) {
    const ours = ourFiles.exec(name);
    if (!ours || name === kept) continue;
    if (name.startsWith(same) || Number(ours[1]) >= run.manifest.snapshots.length) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}
