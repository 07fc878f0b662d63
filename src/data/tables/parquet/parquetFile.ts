import { InputError } from '../../../core/errors';
import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import type * as parquetPackages from './parquetPackages';
import { lookUpFile, readFully, withFile } from '../../files/fileAccess';
import { limitAdvice, type Limits } from '../../files/limits';
import { formatBytes, formatCount, oneLine } from '../../../core/wording';
import { columnsOf, type ParquetColumn } from './parquetColumns';

type Packages = typeof parquetPackages;

/** Bytes of a footer: one of a million columns fits. */
const LONGEST_FOOTER = 256 * 1024 ** 2;

/** Values of a column in a row group: twice those of the digits of MNIST as lists. */
const MOST_VALUES = 2 ** 26;

/** The values of a column, as the file stores them. */
export type Values = ArrayLike<unknown>;

/** A Parquet file, of which the footer was read. */
export class ParquetFile {
  private readonly file: string;
  private readonly size: number;
  private readonly limits: Limits;
  readonly columns: readonly ParquetColumn[];
  /** Rows of each row group. */
  readonly groups: readonly number[];

  private constructor(
    { file, size, limits }: { file: string; size: number; limits: Limits },
    private readonly packages: Packages,
    readonly metadata: FileMetaData,
  ) {
    this.file = file;
    this.size = size;
    this.limits = limits;
    this.columns = columnsOf(packages.parquetSchema(metadata));
    this.groups = metadata.row_groups.map((group) => Number(group.num_rows));
  }

  /** @throws InputError where it is no Parquet file, damaged or encrypted */
  static async open(file: string, limits: Limits): Promise<ParquetFile> {
    const { size } = await lookUpFile(file);
    const packages = await import('./parquetPackages');
    const footer = new Uint8Array(8);
    if (size < 12) throw new InputError(file, 'is cut off: the Parquet file has no footer');
    await withFile(file, (handle) => readFully(handle, file, footer, size - 8));
    const length = new DataView(footer.buffer).getUint32(0, true);
    if (Buffer.from(footer.subarray(4)).toString('latin1') !== 'PAR1') {
      throw new InputError(file, 'is cut off or damaged: the Parquet file does not end in PAR1');
    }
    if (length > Math.min(size - 12, LONGEST_FOOTER)) {
      throw new InputError(file, `is damaged: its footer would have ${formatBytes(length)}`);
    }
    return attempt(file, undefined, async () => {
      const bytes = await slice(file, size - 8 - length, size);
      const buffer = { byteLength: bytes.byteLength, slice: (a: number, b?: number) => bytes.slice(a, b) };
      const metadata = await packages.parquetMetadataAsync(buffer, {
        geoparquet: false,
        parsers: plainParsers,
      });
      const opened = new ParquetFile({ file, size, limits }, packages, metadata);
      if (opened.groups.some((rows) => !(Number.isSafeInteger(rows) && rows >= 0))) {
        throw new Error('a row group without a number of rows');
      }
      return opened;
    });
  }

  /**
   * Reads a column of a row group. Its pages are looked at before memory is taken for them.
   * @throws InputError naming the column where it is damaged, or takes more memory than it may
   */
  async read(column: string, group: number): Promise<Values> {
    const { file, metadata, size } = this;
    const rows = this.groups[group];
    const place = `column ${oneLine(column)}`;
    return attempt(file, place, async () => {
      const { columns } = metadata.row_groups[group];
      const chunks = columns.filter(({ meta_data: meta }) => meta?.path_in_schema[0] === column);
      if (chunks.length !== 1) throw new Error(`${chunks.length} chunks of it in row group ${group}`);
      const bytes = await this.checkedPages(chunks[0], rows, place);
      const offset = startOf(chunks[0].meta_data!);
      const start = this.groups.slice(0, group).reduce((sum, count) => sum + count, 0);
      const parts: Values[] = [];
      await this.packages.parquetRead({
        // The package reads ahead and waits for none of it: from memory nothing is left undone.
        file: { byteLength: size, slice: (from, to = size) => bytes.slice(from - offset, to - offset) },
        metadata: { ...metadata, row_groups: onlyChunk(metadata.row_groups, group, chunks[0]) },
        columns: [column],
        rowStart: start,
        rowEnd: start + rows,
        compressors: this.packages.compressors,
        parsers: plainParsers,
        onChunk: ({ columnData }) => parts.push(columnData),
      });
      const values = parts.length === 1 ? parts[0] : parts.flatMap((part) => Array.from(part));
      if (values.length < rows) throw new Error(`${values.length} values for ${rows} rows`);
      return values;
    });
  }

  /**
   * The bytes of a column, whose pages were looked at.
   * @throws InputError where it takes more memory than it may; Error where a page tells what cannot be
   */
  private async checkedPages(
    { meta_data: meta }: ColumnChunk,
    rows: number,
    place: string,
  ): Promise<ArrayBuffer> {
    if (!meta) throw new Error('it is encrypted or not described');
    const { file } = this;
    const inflated = Number(meta.total_uncompressed_size);
    const values = Number(meta.num_values);
    this.checkChunk(meta, rows, place);
    const start = startOf(meta);
    const bytes = await slice(file, start, start + Number(meta.total_compressed_size));
    const view = new DataView(bytes);
    const reader = { view, offset: 0 };
    let sum = 0;
    while (reader.offset < view.byteLength - 1) {
      const page = this.packages.parquetHeader(reader);
      reader.offset += page.compressed_page_size;
      const told = page.data_page_header?.num_values ?? page.data_page_header_v2?.num_values ?? 0;
      const entries = page.dictionary_page_header?.num_values ?? 0;
      sum += told;
      // A bit is the least that an entry of a dictionary has.
      const limits: [number, number][] = [
        [page.compressed_page_size, view.byteLength],
        [reader.offset, view.byteLength],
        [page.uncompressed_page_size, inflated],
        [told, values],
        [sum, values],
        [entries, 8 * page.uncompressed_page_size],
      ];
      if (!limits.every(([size, largest]) => size >= 0 && size <= largest)) {
        throw new Error('a page of another size than its column has');
      }
    }
    return bytes;
  }

  /** What the footer tells of a column of a row group. @throws as `checkedPages` */
  private checkChunk(meta: ColumnMetaData, rows: number, place: string): void {
    const { limits, file } = this;
    const stored = Number(meta.total_compressed_size);
    const values = Number(meta.num_values);
    const start = startOf(meta);
    const isInside = start >= 4 && stored >= 0 && start + stored <= this.size;
    if (!isInside) throw new Error('it lies outside of the file');
    const needed = Math.max(stored, Number(meta.total_uncompressed_size), 8 * values, 8 * rows);
    if (!(needed <= limits.bytes)) {
      const problem = `takes ${formatBytes(needed)} in one row group of ${formatCount(rows)} rows`;
      throw new InputError(file, `${problem}, ${limitAdvice(limits, 'bytes', needed)}`, place);
    }
    if (values > MOST_VALUES) {
      const problem = `has ${formatCount(values)} values in one row group, the limit is ${formatCount(MOST_VALUES)}`;
      throw new InputError(file, `${problem}; write it in smaller row groups (row_group_size)`, place);
    }
  }
}

/** Where the first page of a column begins in the file. */
function startOf(meta: ColumnMetaData): number {
  return Number(meta.dictionary_page_offset ?? 0n) || Number(meta.data_page_offset);
}

/** A column alone, so that nothing else is read. */
function onlyChunk(groups: readonly RowGroup[], index: number, chunk: ColumnChunk): RowGroup[] {
  return groups.map((group, at) => ({ ...group, columns: at === index ? [chunk] : [] }));
}

/** Bytes of a file as a buffer of their own. */
async function slice(file: string, from: number, to: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  await withFile(file, (handle) => readFully(handle, file, bytes, from));
  return bytes.buffer;
}

/** Times and texts of the footer's statistics, which nobody reads here. */
const plainParsers = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (value: number) => value,
  jsonFromBytes: (value: Uint8Array) => value,
  geometryFromBytes: (value: Uint8Array) => value,
  geographyFromBytes: (value: Uint8Array) => value,
};

/** Does something with the file's bytes. @throws InputError in place of whatever the package throws */
async function attempt<T>(file: string, place: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = oneLine((error as Error).message).slice(0, 120);
    throw new InputError(
      file,
      `is a damaged Parquet file, or one of a kind that is not read (${reason})`,
      place,
    );
  }
}
