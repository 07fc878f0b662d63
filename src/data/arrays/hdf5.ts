import type { Dataset, Group } from 'h5wasm';
import { InputError } from '../../core/errors';
import type { ElementType } from './elementTypes';
import { heldSource } from '../files/byteSource';
import { allocate, lookUpFile, readWhole } from '../files/fileAccess';
import { withHdf5, type Hdf5Library, type OpenHdf5 } from '../files/hdf5File';
import { LARGEST_RATIO } from '../files/inflate';
import { limitAdvice, type Limits } from '../files/limits';
import { type StoredArray } from './storedArray';
import { formatBytes, oneLine } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** Objects of a file that are looked at; more than any dataset has. */
const MOST_OBJECTS = 10_000;
/** Groups within groups that are looked into. */
const DEEPEST_GROUP = 16;
/** Bytes read at once: they are held twice while they are. */
const BYTES_AT_ONCE = 32 * 1024 ** 2;
/** Bytes of a character of the texts that are handed on (UTF-32). */
const CHARACTER_BYTES = 4;

/** True where bytes begin as an HDF5 file. */
export function isHdf5(head: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, index) => head[index] === byte);
}

async function reading<T>(
  file: string,
  limits: Limits,
  read: (open: OpenHdf5, library: Hdf5Library, fileBytes: number) => T,
): Promise<T> {
  const { size } = await lookUpFile(file);
  if (size > limits.bytes) {
    const problem = `is ${formatBytes(size)}, and HDF5 files are held in memory`;
    throw new InputError(file, `${problem}; ${limitAdvice(limits, 'bytes', size)}`);
  }
  const bytes = await readWhole(file, limits.bytes);
  return withHdf5({ bytes, source: file, expected: 'arrays of numbers' }, (open, library) =>
    read(open, library, size),
  );
}

/** An array of an HDF5 file. */
interface Hdf5Array {
  /** Those in groups are `group/name`. */
  name: string;
  shape: readonly number[];
}

/**
 * The arrays of an HDF5 file, in the order of the file.
 * @throws InputError where it is damaged, or a model of Keras
 */
export function listHdf5(file: string, limits: Limits): Promise<Hdf5Array[]> {
  return reading(file, limits, (open, library) => {
    if (open.attrs['model_config'] ?? open.attrs['keras_version']) {
      throw new InputError(file, 'is a model of Keras, expected data');
    }
    const arrays: Hdf5Array[] = [];
    let objects = 0;
    const visit = (group: Group, prefix: string, depth: number) => {
      for (const key of group.keys()) {
        if (++objects > MOST_OBJECTS) throw new InputError(file, `has more than ${MOST_OBJECTS} objects`);
        const found = group.get(key);
        const name = `${prefix}${key}`;
        if (found instanceof library.Dataset) {
          const shape = found.shape ?? [];
          if (shape.length > 0) arrays.push({ name, shape });
        } else if (found instanceof library.Group && depth < DEEPEST_GROUP) {
          visit(found, `${name}/`, depth + 1);
        }
      }
    };
    visit(open, '', 0);
    return arrays;
  });
}

/**
 * Reads one array of an HDF5 file into memory.
 * @throws InputError where there is none of this name, its size is over the limit, or it holds neither numbers nor texts
 */
export function openHdf5(file: string, name: string, limits: Limits): Promise<StoredArray> {
  return reading(file, limits, (open, library, fileBytes) => {
    const place = `member ${oneLine(name)}`;
    const dataset = open.get(name);
    if (!(dataset instanceof library.Dataset)) throw new InputError(file, 'is no array', place);
    const { metadata } = dataset;
    const shape = metadata.shape ?? [];
    const size = metadata.size * elementCount(shape);
    if (!(size <= limits.bytes)) {
      throw new InputError(file, `is ${formatBytes(size)}, ${limitAdvice(limits, 'bytes', size)}`, place);
    }
    if (size > fileBytes * LARGEST_RATIO) {
      const problem = `promises ${formatBytes(size)}, more than ${formatBytes(fileBytes)} of file can hold`;
      throw new InputError(file, problem, place);
    }
    const type = typeOf(dataset, library);
    if (type === 'text') return { ...textsOf(dataset, { file, place, limits }), file, member: name, shape };
    if (!type) {
      const problem = 'holds neither numbers nor texts, but records, references or numbers of another kind';
      throw new InputError(file, problem, place);
    }
    const source = heldSource(bytesOf(dataset, library, file));
    return { file, member: name, source, offset: 0, type, shape, fortranOrder: false };
  });
}

/** Type of the elements once they are read, which is always low byte first; undefined for what is not read. */
function typeOf({ metadata }: Dataset, { Module }: Hdf5Library): ElementType | 'text' | undefined {
  const { type, size, signed, enum_type: named } = metadata;
  const classes = Module.H5T_class_t;
  if (type === classes.H5T_STRING.value) return 'text';
  const widths = type === classes.H5T_FLOAT.value ? [2, 4, 8] : [1, 2, 4, 8];
  if (!widths.includes(size)) return undefined;
  const number = { bytes: size, littleEndian: true };
  if (type === classes.H5T_FLOAT.value) return { kind: 'float', ...number };
  const integer = { kind: signed ? ('int' as const) : ('uint' as const), ...number };
  if (type === classes.H5T_INTEGER.value) return integer;
  if (type !== classes.H5T_ENUM.value) return undefined;
  // What h5py writes for bool.
  const isBoolean =
    size === 1 &&
    Object.keys(named?.members ?? {})
      .sort()
      .join() === 'FALSE,TRUE';
  return isBoolean ? { kind: 'bool', ...number } : integer;
}

/** The bytes of all elements, read in pieces along the first axis. */
function bytesOf(dataset: Dataset, { Module }: Hdf5Library, file: string): Uint8Array {
  const { shape, size } = dataset.metadata;
  const [rows, ...inner] = shape ?? [];
  const rowBytes = size * elementCount(inner);
  const all = allocate(file, rows * rowBytes);
  if (all.length === 0) return all;
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / rowBytes));
  const memory = Module._malloc(Math.min(atOnce, rows) * rowBytes);
  if (memory === 0) {
    throw new InputError(file, `needs ${formatBytes(rowBytes)} of memory, more than there is`);
  }
  try {
    for (let first = 0; first < rows; first += atOnce) {
      const count = Math.min(atOnce, rows - first);
      const counts = [count, ...inner].map(BigInt);
      const offsets = [first, ...inner.map(() => 0)].map(BigInt);
      const strides = counts.map(() => 1n);
      Module.get_dataset_data(dataset.file_id, dataset.path, counts, offsets, strides, BigInt(memory));
      all.set(Module.HEAPU8.subarray(memory, memory + count * rowBytes), first * rowBytes);
    }
  } finally {
    Module._free(memory);
  }
  return all;
}

/** Texts as NumPy stores them: all of one length, filled up with zeros. */
function textsOf(
  dataset: Dataset,
  { file, place, limits }: { file: string; place: string; limits: Limits },
): Pick<StoredArray, 'source' | 'offset' | 'type' | 'fortranOrder'> {
  const { value } = dataset;
  const texts = (Array.isArray(value) ? value : [value]).map((text) => Array.from(String(text)));
  const width = texts.reduce((most, text) => Math.max(most, text.length), 1);
  const size = texts.length * width * CHARACTER_BYTES;
  if (size > limits.bytes) {
    throw new InputError(
      file,
      `has texts of ${formatBytes(size)}, ${limitAdvice(limits, 'bytes', size)}`,
      place,
    );
  }
  const bytes = allocate(file, size);
  const view = new DataView(bytes.buffer);
  texts.forEach((text, row) =>
    text.forEach((character, at) =>
      view.setUint32((row * width + at) * CHARACTER_BYTES, character.codePointAt(0) ?? 0, true),
    ),
  );
  const type = { kind: 'unicode' as const, bytes: width * CHARACTER_BYTES, littleEndian: true };
  return { source: heldSource(bytes), offset: 0, type, fortranOrder: false };
}
