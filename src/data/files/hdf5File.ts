import type { File as OpenFile, FS } from 'h5wasm';
import { InputError } from '../../core/errors';
import { haveWholeHeaps } from './globalHeaps';
import type * as hdf5Package from './hdf5Package';

/** The package that reads HDF5, and the files in its memory. */
export type Hdf5Library = typeof hdf5Package & { files: NonNullable<typeof FS> };

/** A file that is open in the package's memory. */
export type OpenHdf5 = OpenFile;

let loading: Promise<Hdf5Library> | undefined;
let opened = 0;

/** Loads the package when it is first needed. What it finds wrong it throws, and prints nothing. */
function load(): Promise<Hdf5Library> {
  loading ??= import('./hdf5Package').then(async (library) => {
    const { activate_throwing_error_handler: activate, FS: files } = await library.ready;
    activate();
    return { ...library, files };
  });
  return loading;
}

/** An HDF5 file in memory, and what was expected of it, for messages: `a whole model of Keras`. */
export interface Hdf5Bytes {
  bytes: Uint8Array;
  source: string;
  expected: string;
}

/**
 * Opens an HDF5 file for the time that something is read from it. Links to other files lead nowhere: there are none in the
 * package's memory.
 * @throws InputError when the bytes are no HDF5 file, or a damaged one
 */
export async function withHdf5<T>(
  { bytes, source, expected }: Hdf5Bytes,
  read: (file: OpenHdf5, library: Hdf5Library) => T,
): Promise<T> {
  const damaged = new InputError(source, `is a damaged HDF5 file, expected ${expected}`);
  if (!haveWholeHeaps(bytes)) throw damaged;
  const library = await load();
  const name = `/file-${opened++}.h5`;
  library.files.writeFile(name, bytes);
  let file: OpenHdf5 | undefined;
  try {
    file = new library.File(name, 'r');
    return read(file, library);
  } catch (error) {
    if (error instanceof InputError) throw error;
    // What the library says is a trace of its own functions.
    throw damaged;
  } finally {
    file?.close();
    library.files.unlink(name);
  }
}
