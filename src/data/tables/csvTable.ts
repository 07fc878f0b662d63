import { InputError } from '../../core/errors';
import type { CsvOptions } from './csvOptions';
import { RecordReader, type Records } from './csvRecords';
import type { Limits } from '../files/limits';
import { isComment, isRemark } from './preamble';
import type { Table } from './table';
import { readTableHead } from './tableHead';
import { TableRows } from './tableRows';
import { textBlocks } from '../files/textBlocks';
import { pluralise } from '../../core/wording';

/** A table that is text, and how it is to be read. */
export interface CsvReading {
  file: string;
  options: CsvOptions;
  limits: Limits;
  notices: string[];
}

/**
 * Reads a table of numbers and labels.
 * @param chunks the file's bytes
 * @throws InputError naming line and column of the first value that cannot be used
 */
export async function readCsv(chunks: AsyncIterable<Uint8Array>, reading: CsvReading): Promise<Table> {
  const blocks = textBlocks(chunks, reading.file, reading.limits);
  let reader: TableReader | undefined;
  let block = await blocks.next();
  while (!block.done) {
    const next = await blocks.next();
    reader ??= new TableReader(reading, block.value, next.done === true);
    reader.read(block.value, next.done === true);
    block = next;
  }
  if (!reader) {
    throw new InputError(reading.file, 'is empty');
  }
  return reader.finish();
}

class TableReader {
  private readonly records: RecordReader;
  private readonly rows: TableRows;
  /** Fields of a row. */
  private readonly count: number;
  private skipHeader: boolean;
  private skipCharacters: number;

  constructor(
    private readonly reading: CsvReading,
    text: string,
    whole: boolean,
  ) {
    const { file, options, limits, notices } = reading;
    const head = readTableHead({ file, text, whole }, options, notices);
    const { delimiter, lines, roles } = head;
    this.skipCharacters = head.length;
    this.skipHeader = head.hasHeader;
    this.records = new RecordReader(file, delimiter, lines + 1);
    this.count = roles.count;
    const { missing } = options;
    this.rows = new TableRows({ file, roles, missing, decimalCommas: delimiter !== ',', limits });
  }

  read(text: string, last: boolean): void {
    const begin = this.skipCharacters;
    this.skipCharacters = 0;
    const { rows, lines }: Records = this.records.read(begin === 0 ? text : text.slice(begin), last);
    for (let index = 0; index < rows.length; index++) {
      if (this.skipHeader) {
        this.skipHeader = false;
      } else {
        this.addRow(rows[index], lines[index]);
      }
    }
    this.rows.checkSize();
  }

  finish(): Table {
    return this.rows.finish(this.reading.notices);
  }

  private addRow(fields: string[], line: number): void {
    if (isRemark(fields)) return;
    if (fields.length !== this.count) {
      if (isComment(fields[0])) return;
      const problem = `has ${pluralise(fields.length, 'field')}, expected ${this.count}`;
      throw new InputError(this.reading.file, problem, `line ${line}`);
    }
    this.rows.add(fields, line);
  }
}
