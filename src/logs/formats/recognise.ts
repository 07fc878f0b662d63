import { readPreamble } from '../../data/tables/preamble';
import { cellsOf, csvHeader, type CsvHeader } from './csvLog';
import { parseNumber } from '../../data/tables/parseNumber';
import { isMoment, pointOf } from './jsonFields';
import { parseJsonObject } from './jsonValues';
import type { LogFormat } from './log';
import { createLogReader } from './reader';
import { beginsWithRecord } from './recordFrames';
import { beginOfUtf16, encodingOf, MixedDecoder } from './textDecoding';
import { oneLine } from '../../core/wording';

/** Bytes from a file's start that are enough to recognise its format. */
export const HEAD_BYTES = 64 * 1024;

/** A format and what it was recognised by; without format, why there is none. */
export interface RecognisedLog {
  format?: LogFormat;
  reason: string;
}

/**
 * Recognises the format of a log from its content.
 * @param head the file's beginning, `HEAD_BYTES` or all there is; its last line may be cut
 * @param name file name, which only decides where the content cannot yet
 */
export function recogniseLog(head: Uint8Array, name: string): RecognisedLog {
  const record = beginsWithRecord(head);
  if (record || (record === undefined && /tfevents/.test(name))) {
    return {
      format: 'events',
      reason: record ? 'begins with a TensorFlow record' : 'is named as event files are',
    };
  }
  const beginning = head.subarray(0, HEAD_BYTES);
  if (encodingOf(head) === 'utf-8' && beginning.includes(0) && !beginOfUtf16(beginning)?.at) {
    return { reason: 'is neither text nor an event file of TensorBoard' };
  }
  const text = new MixedDecoder(beginning).decode(beginning, true);
  if (text.trim() === '') return { reason: 'is empty' };
  return recogniseObjects(text, name) ?? recogniseTable(text) ?? recogniseText(text);
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
}

function recogniseObjects(text: string, name: string): RecognisedLog | undefined {
  const begin = text.trimStart();
  if (begin.startsWith('[')) return recogniseDocument(begin);
  if (!begin.startsWith('{')) return undefined;
  if (/"log_history"\s*:/.test(text)) return { format: 'trainerState', reason: 'is JSON with a log_history' };
  for (const line of linesOf(text)) {
    const object = parseJsonObject(line.trim());
    if (typeof object === 'string') continue;
    const point = pointOf(object);
    if (!isMoment(point)) continue;
    return {
      format: 'jsonLines',
      reason: `has JSON lines with ${point.epoch === undefined ? 'step' : 'epoch'}`,
    };
  }
  if (/(?:^|[\\/])trainer_state[^\\/]*\.json$/.test(name)) {
    return { format: 'trainerState', reason: 'is JSON and is named trainer_state' };
  }
  return recogniseDocument(begin);
}

/** The beginning of a list of rows, of a list of rows in an object, or of columns. */
const listOfRows = /^(?:\{\s*"[^"]{1,80}"\s*:\s*)?\[\s*\{\s*"[^"]{1,200}"\s*:/;
const listOfColumns =
  /^\{\s*"[^"]{1,80}"\s*:\s*(?:\{\s*"[^"]{1,80}"\s*:\s*)?(?:\[\s*(?:-?\d|NaN|null)|\{\s*"\d{1,9}"\s*:)/;

/** One JSON document of rows or columns: read where it is whole, else told by how it begins. */
function recogniseDocument(text: string): RecognisedLog | undefined {
  const reader = createLogReader('json');
  reader.push(text);
  const { rows, metricNames } = reader.log;
  const metrics = oneLine(metricNames.slice(0, 3).join(', '));
  if (rows.length > 0 && metrics !== '') {
    return { format: 'json', reason: `is a JSON document with ${metrics}` };
  }
  const cut = text.length > HEAD_BYTES / 2 && (listOfRows.test(text) || listOfColumns.test(text));
  return cut ? { format: 'json', reason: 'begins as a JSON document of rows or columns' } : undefined;
}

function recogniseTable(text: string): RecognisedLog | undefined {
  const preamble = readPreamble(text);
  const lines = linesOf(text.slice(preamble.length));
  const inComment =
    preamble.comment === undefined ? undefined : csvHeader(preamble.comment, preamble.delimiter);
  const header = (lines.length > 0 ? csvHeader(lines[0], preamble.delimiter) : undefined) ?? inComment;
  if (!header) return undefined;
  const rows = header === inComment ? lines : lines.slice(1);
  // Rows tell a table from a sentence with commas; the first may not be whole, or not there.
  if (header.countsRows) return recogniseRows(header, rows);
  const column = header.epoch >= 0 ? header.epoch : header.step;
  const reason = `is a table with a column ${header.names[column]}`;
  const cells = rows.length === 0 ? undefined : cellsOf(rows[0], header.delimiter);
  const fits =
    cells === undefined ||
    cells.length < header.names.length ||
    cells.every((cell, index) => (index !== header.epoch && index !== header.step) || isNumberOrEmpty(cell));
  return fits ? { format: 'csv', reason } : undefined;
}

/** A table of metrics without epochs: its first column counts the rows, or all its cells are numbers. */
function recogniseRows(header: CsvHeader, rows: string[]): RecognisedLog | undefined {
  const cells = rows
    .slice(0, 50)
    .map((row) => cellsOf(row, header.delimiter))
    .filter((row) => row?.length === header.names.length) as string[][];
  if (cells.length === 0) return undefined;
  const first = Number(cells[0][0]);
  const counts =
    first <= 1 && cells.every(([cell], row) => /^\s*\d{1,9}\s*$/.test(cell) && Number(cell) === first + row);
  if (header.epoch >= 0) {
    return counts
      ? { format: 'csv', reason: 'is a table of metrics whose first column counts the rows' }
      : undefined;
  }
  const numbers = cells.every((row) => row.every(isNumberOrEmpty));
  return numbers ? { format: 'csv', reason: 'is a table of metrics, a row an epoch' } : undefined;
}

function isNumberOrEmpty(cell: string): boolean {
  return cell.trim() === '' || parseNumber(cell) !== undefined;
}

function recogniseText(text: string): RecognisedLog {
  const reader = createLogReader('text');
  reader.push(text);
  reader.finish();
  if (reader.rows.length > 0) {
    const { metricNames, tool } = reader.log;
    const what = tool === 'kerasConsole' ? "Keras' progress" : 'lines';
    return {
      format: 'text',
      reason: `has ${what} with ${oneLine(metricNames.slice(0, 3).join(', '))} of an epoch or step`,
    };
  }
  return { reason: 'has no line that tells an epoch or step with metrics, in no format known here' };
}
