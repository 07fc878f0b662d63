import path from 'node:path';
import { oneLine } from '../../core/wording';

/** A format that people take for a dataset, and that is not read: how it is told, and what to do. */
interface OtherFormat {
  begins(head: Uint8Array): boolean;
  /** `a pickle; convert it in Python: …`. */
  describe(file: string): string;
}

/** Whether bytes stand at a place of the beginning of a file. */
function at(start: number, ...bytes: number[]): (head: Uint8Array) => boolean {
  return (head) => bytes.every((byte, index) => head[start + index] === byte);
}

/** Whether a text stands at a place of the beginning of a file. */
function textAt(start: number, text: string): (head: Uint8Array) => boolean {
  return at(start, ...Buffer.from(text, 'latin1'));
}

/** Name of the first file of a zip archive; undefined where the bytes are no such archive. */
export function firstInZip(head: Uint8Array): string | undefined {
  if (!textAt(0, 'PK\x03\x04')(head) || head.length < 30) return undefined;
  const length = head[26] + 256 * head[27];
  return Buffer.from(head.subarray(30, 30 + length)).toString('utf8');
}

function inZip(pattern: RegExp): (head: Uint8Array) => boolean {
  return (head) => pattern.test(firstInZip(head) ?? '');
}

/** Names of a file within Python: itself, and what it becomes. */
interface PythonNames {
  from: string;
  npz: string;
  parquet: string;
}

/** Python that converts a file, to be pasted as it is. */
function python(what: string, write: (names: PythonNames) => string): OtherFormat['describe'] {
  return (file) => {
    const { base, name } = path.parse(file);
    const quoted = (text: string) => JSON.stringify(oneLine(text));
    const names = { from: quoted(base), npz: quoted(`${name}.npz`), parquet: quoted(`${name}.parquet`) };
    return `${what}; convert it in Python: ${write(names)}`;
  };
}

function table(what: string, read: string): OtherFormat['describe'] {
  return python(what, ({ from, parquet }) => `import pandas; pandas.${read}(${from}).to_parquet(${parquet})`);
}

const torch = python(
  'a PyTorch file',
  ({ from, npz }) =>
    `import numpy, torch; x, y = torch.load(${from}); numpy.savez(${npz}, x=x.numpy(), y=y.numpy())`,
);
const pickle = python(
  'a pickle',
  ({ from, npz }) =>
    `import numpy, pickle; d = pickle.load(open(${from}, "rb")); numpy.savez(${npz}, x=d["x"], y=d["y"])`,
);

const image = (name: string) => () => `${name} image; give the folder of images`;
const packed = (name: string) => () => `${name} archive; unpack it`;

/** Formats that are told by their first bytes, the surer first. */
export const otherFormats: readonly OtherFormat[] = [
  { begins: at(0, 0x89, 0x50, 0x4e, 0x47), describe: image('a PNG') },
  { begins: at(0, 0xff, 0xd8, 0xff), describe: image('a JPEG') },
  { begins: textAt(0, 'GIF8'), describe: image('a GIF') },
  { begins: (head) => textAt(0, 'RIFF')(head) && textAt(8, 'WEBP')(head), describe: image('a WebP') },
  { begins: (head) => textAt(0, 'II*\0')(head) || textAt(0, 'MM\0*')(head), describe: image('a TIFF') },
  {
    begins: (head) => textAt(0, 'BM')(head) && at(5, 0)(head) && at(15, 0, 0, 0)(head),
    describe: image('a BMP'),
  },
  { begins: textAt(0, 'PARE'), describe: () => 'an encrypted Parquet file; save it without encryption' },
  { begins: inZip(/(?:^|\/)(?:data\.pkl|\.format_version|byteorder|\.storage_alignment)$/), describe: torch },
  // What every old file of PyTorch begins with: a pickled number, its mark.
  { begins: at(0, 0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9), describe: torch },
  { begins: (head) => head[0] === 0x80 && head[1] >= 2 && head[1] <= 5, describe: pickle },
  {
    begins: inZip(/^(?:\[Content_Types\]\.xml|_rels\/|xl\/|docProps\/)/),
    describe: table('an Excel file', 'read_excel'),
  },
  { begins: at(0, 0xd0, 0xcf, 0x11, 0xe0), describe: table('an old Excel file', 'read_excel') },
  {
    begins: inZip(/^(?:metadata\.json|config\.json|model\.weights\.h5)$/),
    describe: () => 'a model of Keras, expected data',
  },
  { begins: textAt(0, 'ARROW1'), describe: table('a Feather (Arrow) file', 'read_feather') },
  { begins: textAt(0, 'FEA1'), describe: table('a Feather file', 'read_feather') },
  { begins: textAt(0, 'ORC'), describe: table('an ORC file', 'read_orc') },
  {
    begins: at(0, 0xff, 0xff, 0xff, 0xff),
    describe: python(
      'an Arrow stream',
      ({ from, parquet }) =>
        `import pyarrow.ipc, pyarrow.parquet; pyarrow.parquet.write_table(pyarrow.ipc.open_stream(${from}).read_all(), ${parquet})`,
    ),
  },
  {
    begins: textAt(0, 'MATLAB 7.3'),
    describe: python(
      'a MATLAB 7.3 file',
      ({ from, npz }) =>
        `import h5py, numpy; d = h5py.File(${from}); numpy.savez(${npz}, x=d["X"][()].T, y=d["y"][()].ravel())`,
    ),
  },
  {
    begins: textAt(0, 'MATLAB 5.0'),
    describe: python(
      'a MATLAB file',
      ({ from, npz }) =>
        `import numpy, scipy.io; d = scipy.io.loadmat(${from}); numpy.savez(${npz}, x=d["X"], y=d["y"].ravel())`,
    ),
  },
  { begins: textAt(0, 'SQLite format 3'), describe: () => 'an SQLite database; export the table as CSV' },
  { begins: at(0, 0xff, 0xfe), describe: () => 'UTF-16 text; save it as UTF-8' },
  { begins: at(0, 0xfe, 0xff), describe: () => 'UTF-16 text; save it as UTF-8' },
  { begins: textAt(0, 'BZh'), describe: packed('a bzip2') },
  { begins: at(0, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), describe: packed('an xz') },
  { begins: at(0, 0x28, 0xb5, 0x2f, 0xfd), describe: packed('a Zstandard') },
  { begins: at(0, 0x37, 0x7a, 0xbc, 0xaf), describe: packed('a 7z') },
  { begins: textAt(257, 'ustar'), describe: packed('a tar') },
];
