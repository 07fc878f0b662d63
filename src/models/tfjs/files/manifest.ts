import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { InputError } from '../../../core/errors';
import { readModelFile } from '../../modelFile';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from './jsonFields';
import type { Tensorflow } from '../tensorflow';
import type { WeightValue } from './weights';
import { elementCount } from '../../../core/shape';

/** Bytes of one element, by type. */
const elementBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** A weight in the manifest. */
interface Entry {
  name: string;
  spec: io.WeightsManifestEntry;
  bytes: number;
  /** Weights of an optimizer lie among the others and are passed over. */
  skipped: boolean;
}

/** Files that hold weights one after another. */
interface Group {
  paths: string[];
  entries: Entry[];
}

/** What the files of a manifest hold. */
export interface ManifestContent {
  weights: Map<string, WeightValue>;
  /** The files' bytes, in order, for a hash. */
  files: Uint8Array[];
}

/** How an entry is stored where it is not as its type says. */
function quantisation(
  entry: JsonObject,
  source: string,
  place: string,
): io.WeightsManifestEntry['quantization'] {
  if (entry.quantization === undefined || entry.quantization === null) return undefined;
  const { dtype, min, scale } = objectAt(entry.quantization, source, `${place}, quantization`);
  const linear = dtype === 'uint8' || dtype === 'uint16';
  if (!linear && dtype !== 'float16') {
    throw new InputError(
      source,
      `is ${JSON.stringify(dtype) ?? 'missing'}, expected uint8, uint16 or float16`,
      `${place}, quantization.dtype`,
    );
  }
  if (!linear) return { dtype };
  if (!Number.isFinite(min) || !Number.isFinite(scale)) {
    throw new InputError(source, 'has no min and scale', `${place}, quantization`);
  }
  return { dtype, min: min as number, scale: scale as number };
}

/** Types of numbers that a manifest may have: a model of layers has float32 alone. */
type ManifestTypes = 'layers' | 'graph';

/** An entry of the manifest, its size known. */
function entryAt(value: Json, source: string, at: string, types: ManifestTypes): Entry {
  const entry = objectAt(value, source, at);
  const name = textAt(entry.name, source, `${at}, name`);
  const place = `weight '${name}'`;
  const shape = listAt(entry.shape, source, `${place}, shape`) as number[];
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new InputError(source, `has shape ${JSON.stringify(shape)}, expected whole numbers`, place);
  }
  const skipped = entry.group === 'optimizer';
  const { dtype } = entry;
  const others = skipped || types === 'graph';
  if (dtype !== 'float32' && !(others && (dtype === 'int32' || dtype === 'bool'))) {
    throw new InputError(source, `is of type ${JSON.stringify(dtype) ?? 'unknown'}, expected float32`, place);
  }
  const quantization = quantisation(entry, source, place);
  const stored = quantization?.dtype ?? dtype;
  const bytes = elementCount(shape) * elementBytes[stored];
  // Named the same for all, so that no name can mean something to the decoder.
  const spec: io.WeightsManifestEntry = {
    name: 'weight',
    shape,
    dtype,
    ...(quantization && { quantization }),
  };
  return { name, spec, bytes, skipped };
}

/** The manifest of a model.json. @throws InputError naming the member that is wrong */
function groupsOf(manifest: unknown, source: string, types: ManifestTypes): Group[] {
  return listAt(manifest, source, 'weightsManifest').map((value, g) => {
    const place = `weightsManifest[${g}]`;
    const group = objectAt(value, source, place);
    const paths = listAt(group.paths, source, `${place}.paths`);
    return {
      paths: paths.map((file, i) => textAt(file, source, `${place}.paths[${i}]`)),
      entries: listAt(group.weights, source, `${place}.weights`).map((entry, i) =>
        entryAt(entry, source, `${place}.weights[${i}]`, types),
      ),
    };
  });
}

/** Whether a path leads out of the folder it starts from, on any system, or to another machine. */
function escapes(location: string): boolean {
  return (
    location.includes('\0') ||
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z][a-z0-9+.-]*:/i.test(location) ||
    location.split(/[/\\]/).includes('..')
  );
}

/** Whether a file lies within a folder, symbolic links followed. A file that is missing does: reading it says so. */
async function liesWithin(folder: string, file: string): Promise<boolean> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return true;
  const relative = path.relative(await realpath(folder), real);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** The bytes of one group, its files joined. */
async function bytesOf(
  group: Group,
  source: string,
  place: string,
  files: Uint8Array[],
): Promise<Uint8Array> {
  const folder = path.dirname(source);
  const own: Uint8Array[] = [];
  for (const location of group.paths) {
    const file = path.join(folder, location);
    if (escapes(location) || !(await liesWithin(folder, file))) {
      throw new InputError(
        source,
        `has its weights in '${location}', expected a file in the model's own folder`,
        place,
      );
    }
    const { bytes } = await readModelFile(file, `the weights of ${source}`);
    own.push(bytes);
    files.push(bytes);
  }
  const held = own.reduce((sum, { length }) => sum + length, 0);
  const needed = group.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (held !== needed) {
    const named = group.paths.length === 1 ? path.join(folder, group.paths[0]) : source;
    const what = group.paths.length === 1 ? 'has' : `${place}: its ${group.paths.length} files have`;
    throw new InputError(named, `${what} ${held} bytes, expected ${needed} as the weights manifest says`);
  }
  if (own.length === 1) return own[0];
  const joined = new Uint8Array(held);
  let at = 0;
  for (const bytes of own) {
    joined.set(bytes, at);
    at += bytes.length;
  }
  return joined;
}

/** Values of one weight out of a group's bytes. */
function decoded(tf: Tensorflow, { spec }: Entry, bytes: Uint8Array): WeightValue {
  // A copy of its own: the decoder takes whole buffers, and Node's may hold several files.
  const [tensor] = Object.values(tf.io.decodeWeights(new Uint8Array(bytes).buffer, [spec]));
  try {
    return { shape: spec.shape, values: Float32Array.from(tensor.dataSync()) };
  } finally {
    tensor.dispose();
  }
}

/**
 * Reads the weights that a model.json names, from the files in its own folder: sharded and quantised ones too.
 * @param source the model.json as the user named it
 * @throws InputError when a file is missing, outside of the folder or of another size, or an entry is damaged
 */
export async function readManifest(
  tf: Tensorflow,
  manifest: unknown,
  source: string,
): Promise<ManifestContent> {
  const weights = new Map<string, WeightValue>();
  const files: Uint8Array[] = [];
  for (const [g, group] of groupsOf(manifest, source, 'layers').entries()) {
    const bytes = await bytesOf(group, source, `weightsManifest[${g}]`, files);
    let at = 0;
    for (const entry of group.entries) {
      const own = bytes.subarray(at, at + entry.bytes);
      at += entry.bytes;
      if (entry.skipped) continue;
      if (weights.has(entry.name)) throw new InputError(source, 'is there twice', `weight '${entry.name}'`);
      weights.set(entry.name, decoded(tf, entry, own));
    }
  }
  return { weights, files };
}

/** The weights of a manifest as they lie in its files. */
export interface RawManifest {
  specs: io.WeightsManifestEntry[];
  data: ArrayBuffer;
  /** The files' bytes, in order, for a hash. */
  files: Uint8Array[];
}

/**
 * Reads the constants of a graph model, which may be whole numbers and truths too.
 * @throws InputError as {@link readManifest}
 */
export async function readRawManifest(manifest: unknown, source: string): Promise<RawManifest> {
  const specs: io.WeightsManifestEntry[] = [];
  const files: Uint8Array[] = [];
  const parts: Uint8Array[] = [];
  const known = new Set<string>();
  for (const [g, group] of groupsOf(manifest, source, 'graph').entries()) {
    parts.push(await bytesOf(group, source, `weightsManifest[${g}]`, files));
    for (const { name, spec } of group.entries) {
      if (known.has(name)) throw new InputError(source, 'is there twice', `weight '${name}'`);
      known.add(name);
      specs.push({ ...spec, name });
    }
  }
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { specs, data: data.buffer, files };
}

/** SHA-256 (hexadecimal) of a model: of model.json, and of its weight files in the order of the manifest. */
export function modelHash(modelJson: Uint8Array | string, files: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(modelJson);
  for (const file of files) hash.update(file);
  return hash.digest('hex');
}

/** Whether a parsed JSON file looks like a tfjs model at all. */
export function holdsTfjsModel(value: unknown): value is JsonObject {
  return isObject(value) && ('modelTopology' in value || 'weightsManifest' in value);
}
