import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../core/errors';
import { NO_CLASS, type Outcome } from '../core/patterns/outcome';
import { bytesPerRow, fromPackedBytes } from '../core/patterns/packing';
import { PatternTable, type PatternLevel } from '../core/patterns/patternTable';
import type { Layer, RecordedLevel, Snapshot } from '../core/patterns/snapshot';
import { readArray, type NumberArray } from '../data/arrays/readArray';
import { readTextIfThere } from '../data/files/fileAccess';
import { listMembers } from '../data/arrays/npz';
import {
  MANIFEST_NAME,
  parseManifest,
  type Manifest,
  type ManifestLayer,
  type ManifestSnapshot,
} from './manifest';

/** A manifest larger than this is no manifest. */
const LARGEST_MANIFEST = 64 * 1024 * 1024;
/** Bytes of patterns that are looked up at once: some milliseconds' worth. */
const BYTES_PER_STEP = 1024 * 1024;

/** A run that was opened: its manifest, and the patterns of its snapshots when asked for. */
export interface Run {
  folder: string;
  manifest: Manifest;
  layers: Layer[];
}

/** Text of a run's manifest. @throws InputError when the folder is no run */
export async function readManifestText(folder: string): Promise<string> {
  const file = path.join(folder, MANIFEST_NAME);
  const text = await readTextIfThere(file, LARGEST_MANIFEST);
  if (text !== undefined) return text;
  throw new InputError(
    folder,
    `is no run: expected a folder with ${MANIFEST_NAME}, as \`apd record\` writes it`,
  );
}

/**
 * Opens a run folder. Only the manifest is read. A run that has just begun has no snapshots yet.
 * @throws InputError when it is none, or damaged
 */
export async function openRun(folder: string): Promise<Run> {
  const file = path.join(folder, MANIFEST_NAME);
  const manifest = parseManifest(await readManifestText(folder), file);
  return { folder, manifest, layers: manifest.layers.map(layerOf) };
}

function layerOf(layer: ManifestLayer): Layer {
  const { name, activation, units, shape, bits } = layer;
  return { name, activation, units, shape, bits, pieces: layer.pieces ?? 2 ** bits };
}

/** @throws InputError where a run has no snapshots yet */
export function checkHasSnapshots(run: Run): void {
  if (run.manifest.snapshots.length > 0) return;
  throw new InputError(run.folder, 'has no snapshot yet: the first one is shown as soon as it is written');
}

/**
 * Index of the snapshot of an epoch; of the last one when no epoch is given.
 * @throws InputError listing the epochs there are, or that there are none yet
 */
export function snapshotIndex(run: Run, epoch?: number): number {
  checkHasSnapshots(run);
  const { snapshots } = run.manifest;
  if (epoch === undefined) return snapshots.length - 1;
  const index = snapshots.findLastIndex((snapshot) => snapshot.epoch === epoch);
  if (index < 0) {
    const epochs = snapshots.map((snapshot) => snapshot.epoch);
    const some = epochs.length > 12 ? [...epochs.slice(0, 10), '…', epochs[epochs.length - 1]] : epochs;
    throw new InputError(run.folder, `has no snapshot of epoch ${epoch}; it has ${some.join(', ')}`);
  }
  return index;
}

/**
 * Reads the patterns of one snapshot. Lets other work in now and then.
 * @throws InputError when its file is missing, damaged, or does not fit the manifest, or there is no snapshot yet
 */
export async function readSnapshot(run: Run, index: number): Promise<Snapshot> {
  checkHasSnapshots(run);
  const entry = run.manifest.snapshots[index];
  const file = patternsFile(run, entry);
  const names = new Set((await listMembers(file)).map((member) => member.name));
  const read = async (name: string) => {
    if (!names.has(name)) throw new InputError(file, 'is not there', `member ${name}`);
    return readArray(`${file}:${name}`);
  };
  const instances = integers(await read('instance'), file, 'instance');
  const rows = instances.length;
  if (rows === 0) throw new InputError(file, 'has no instances', 'member instance');
  const column = async (name: string) => integers(await read(name), file, name, rows);
  const levels: RecordedLevel[] = [];
  for (const [l, layer] of run.layers.entries()) {
    const kept = run.manifest.layers[l].kept ?? 'patterns';
    levels.push(
      kept === 'patterns'
        ? {
            layer,
            exact: await readExact(
              checkedBytes(await read(`l${l}`), layer, { file, name: `l${l}`, rows }),
              layer,
            ),
          }
        : { layer, coarse: await readCoarse({ read, column, layer, name: `l${l}`, file }) },
    );
  }
  const outcome = await readOutcome(run, read, names, rows);
  const predicted =
    outcome?.kind === 'none'
      ? new Int32Array(rows).fill(Math.max(0, run.manifest.classes.indexOf(NO_CLASS)))
      : await column('output');
  const labels = names.has('label') ? await column('label') : undefined;
  const classes = Math.max(1, run.manifest.classes.length);
  for (const [name, values] of [
    ['output', predicted],
    ['label', labels],
  ] as const) {
    const wrong = values ? values.findIndex((value) => value < 0 || value >= classes) : -1;
    if (wrong >= 0) {
      throw new InputError(
        file,
        `class ${values![wrong]}, the run has ${classes} classes`,
        `member ${name}, row ${wrong}`,
      );
    }
  }
  const targets = names.has('target') ? floats(await read('target')) : undefined;
  const splits = names.has('split') ? Uint8Array.from(await column('split')) : undefined;
  return {
    epoch: entry.epoch,
    step: entry.step,
    instances,
    predicted,
    ...(outcome && { outcome }),
    labels,
    ...(targets && { targets }),
    splits,
    levels,
  };
}

/** What the outputs of a run are where they are no classes, with their numbers. */
async function readOutcome(
  { manifest }: Run,
  read: (name: string) => Promise<NumberArray>,
  names: ReadonlySet<string>,
  rows: number,
): Promise<Outcome | undefined> {
  if (!manifest.output) return undefined;
  const { columns = 1 } = manifest.output;
  const values = names.has('value') ? floats(await read('value')) : undefined;
  return values?.length === rows * columns ? { ...manifest.output, values } : { ...manifest.output };
}

function floats({ data }: NumberArray): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data, Number);
}

/** Checksums of the arrays of a snapshot by name, without reading them. @throws InputError */
export async function snapshotChecksums(run: Run, index: number): Promise<Map<string, string>> {
  const members = await listMembers(patternsFile(run, run.manifest.snapshots[index]));
  return new Map(members.map(({ name, size, checksum }) => [name, `${size}:${checksum}`]));
}

/** The file of a snapshot's patterns. It must be within the run: a manifest is anybody's file. */
export function patternsFile(run: Run, entry: ManifestSnapshot): string {
  const file = fileWithin(run.folder, entry.patterns);
  if (file !== undefined) return file;
  throw new InputError(
    path.join(run.folder, MANIFEST_NAME),
    `names a file outside the run: ${entry.patterns}`,
  );
}

/** A file that a manifest names by its relative path; undefined where that leads out of the run. */
export function fileWithin(folder: string, relative: string): string | undefined {
  const root = path.resolve(folder);
  const file = path.resolve(root, relative);
  return file.startsWith(root + path.sep) ? path.join(folder, path.relative(root, file)) : undefined;
}

function integers(array: NumberArray, file: string, name: string, rows?: number): Int32Array {
  if (array.shape.length !== 1 || (rows !== undefined && array.shape[0] !== rows)) {
    const expected = rows === undefined ? 'one axis' : `[${rows}]`;
    throw new InputError(
      file,
      `has shape [${array.shape.join(', ')}], expected ${expected}`,
      `member ${name}`,
    );
  }
  return Int32Array.from(array.data);
}

/** The bytes of packed patterns, once their shape was found right. */
function checkedBytes(
  array: NumberArray,
  layer: Layer,
  { file, name, rows }: { file: string; name: string; rows?: number },
): { bytes: Uint8Array; rows: number } {
  const width = bytesPerRow(layer.units, layer.bits);
  const fits =
    array.shape.length === 2 && array.shape[1] === width && (rows === undefined || array.shape[0] === rows);
  if (!fits || !(array.data instanceof Uint8Array)) {
    throw new InputError(
      file,
      `is ${array.type} [${array.shape.join(', ')}], expected uint8 [${rows ?? 'K'}, ${width}] for ${layer.units} units`,
      `member ${name}`,
    );
  }
  return { bytes: array.data, rows: array.shape[0] };
}

async function readExact(
  { bytes, rows }: ReturnType<typeof checkedBytes>,
  layer: Layer,
): Promise<PatternLevel> {
  const { units, bits } = layer;
  const width = bytesPerRow(units, bits);
  const table = new PatternTable(units, bits, rows);
  const ids = new Int32Array(rows);
  const step = Math.max(1, Math.floor(BYTES_PER_STEP / width));
  for (let from = 0; from < rows; from += step) {
    const count = Math.min(step, rows - from);
    const part = fromPackedBytes(bytes.subarray(from * width, (from + count) * width), count, units, bits);
    table.add(part, count, ids, from);
    await setImmediate();
  }
  return table.finish(ids);
}

async function readCoarse({
  read,
  column,
  layer,
  name,
  file,
}: {
  read: (name: string) => Promise<NumberArray>;
  column: (name: string) => Promise<Int32Array>;
  layer: Layer;
  name: string;
  file: string;
}) {
  const member = `${name}_prototypes`;
  const { bytes, rows: count } = checkedBytes(await read(member), layer, { file, name: member });
  const modes = fromPackedBytes(bytes, count, layer.units, layer.bits);
  const of = await column(`${name}_prototype`);
  const wrong = of.findIndex((prototype) => prototype < 0 || prototype >= modes.count);
  if (wrong >= 0) {
    throw new InputError(
      file,
      `prototype ${of[wrong]} of ${modes.count}`,
      `member ${name}_prototype, row ${wrong}`,
    );
  }
  return { modes, of, distance: await column(`${name}_distance`) };
}
