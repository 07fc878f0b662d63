import type { Dataset, Group } from 'h5wasm';
import { InputError } from '../../core/errors';
import { withHdf5, type Hdf5Library, type OpenHdf5 } from '../../data/files/hdf5File';
import type { WeightValue } from '../tfjs/files/weights';

/** Objects of a file that are looked at; more than any model has. */
const MOST_OBJECTS = 100_000;

/** Numbers of a weight beyond which no memory is asked for: 1 GiB of float32. */
const MOST_NUMBERS = 2 ** 28;

/** An HDF5 file in memory while it is read. */
export class Hdf5 {
  private objects = 0;

  private constructor(
    private readonly library: Hdf5Library,
    private readonly file: OpenHdf5,
    private readonly source: string,
  ) {}

  /**
   * Opens a file for the time that something is read from it.
   * @throws InputError when the bytes are no HDF5 file, or a damaged one
   */
  static reading<T>(bytes: Uint8Array, source: string, read: (file: Hdf5) => T): Promise<T> {
    return withHdf5({ bytes, source, expected: 'a whole model of Keras' }, (file, library) =>
      read(new Hdf5(library, file, source)),
    );
  }

  private at(path: string): Group | Dataset | undefined {
    if (++this.objects > MOST_OBJECTS) {
      throw new InputError(
        this.source,
        `has more than ${MOST_OBJECTS} objects, expected the weights of a model`,
      );
    }
    if (path === '') return this.file;
    const found = this.file.get(path);
    return found instanceof this.library.Group || found instanceof this.library.Dataset ? found : undefined;
  }

  /** Names of what a group holds; none where there is no such group. */
  names(path: string): string[] {
    const group = this.at(path);
    return group instanceof this.library.Group ? group.keys() : [];
  }

  /** An attribute that is text; undefined where there is none. */
  text(path: string, name: string): string | undefined {
    const value = this.at(path)?.attrs[name]?.value;
    return typeof value === 'string' ? value : undefined;
  }

  /** An attribute that is a list of texts, in pieces `name0`, `name1`, … where it is long; undefined where there is none. */
  texts(path: string, name: string): string[] | undefined {
    const attributes = this.at(path)?.attrs ?? {};
    const listOf = (key: string): string[] | undefined => {
      const value: unknown = attributes[key]?.value;
      return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : undefined;
    };
    if (attributes[name]) return listOf(name) ?? [];
    const all: string[] = [];
    for (let piece = 0; attributes[`${name}${piece}`]; piece++) {
      for (const each of listOf(`${name}${piece}`) ?? []) all.push(each);
    }
    return all.length > 0 ? all : undefined;
  }

  /** Numbers of a dataset; undefined where there is none, or of whole numbers (seeds). */
  numbers(path: string): WeightValue | undefined {
    const dataset = this.at(path);
    if (!(dataset instanceof this.library.Dataset)) return undefined;
    const { shape } = dataset;
    const count = (shape ?? []).reduce((product, size) => product * size, 1);
    if (!(count <= MOST_NUMBERS)) {
      const problem = `has ${count} numbers, expected at most ${MOST_NUMBERS}`;
      throw new InputError(this.source, problem, `weight '${path}'`);
    }
    const { value } = dataset;
    if (value instanceof Float32Array) return { shape: shape ?? [], values: value };
    if (value instanceof Float64Array) return { shape: shape ?? [], values: Float32Array.from(value) };
    // A single number comes without an array.
    return typeof value === 'number' ? { shape: [], values: Float32Array.of(value) } : undefined;
  }
}
