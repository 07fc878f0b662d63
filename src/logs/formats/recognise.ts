import { oneLine } from '../../data/wording';
import { cellsOf, csvHeader } from './csvLog';
import { parseNumber } from '../../data/tables/parseNumber';
import { pointOf } from './jsonFields';
import { parseJsonObject } from './jsonValues';
import { encodingOf } from './lines';
import type { LogFormat } from './log';
import { createLogReader } from './reader';
import { beginsWithRecord } from './recordFrames';

/** Bytes from a file's start that are enough to recognise its format. */
export const headBytes = 64 * 1024;

/** A format and what it was recognised by; without format, why there is none. */
export interface RecognisedLog {
  format?: LogFormat;
  reason: string;
}

/**
 * Recognises the format of a log from its content.
 * @param head the file's beginning, `headBytes` or all there is; its last line may be cut
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
  const encoding = encodingOf(head);
  if (encoding === 'utf-8' && head.subarray(0, headBytes).includes(0)) {
    return { reason: 'is neither text nor an event file of TensorBoard' };
  }
  const text = new TextDecoder(encoding).decode(head.subarray(0, headBytes));
  if (text.trim() === '') return { reason: 'is empty' };
  return recogniseObjects(text, name) ?? recogniseTable(text) ?? recogniseText(text);
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
}

function recogniseObjects(text: string, name: string): RecognisedLog | undefined {
  const begin = text.trimStart();
  if (!begin.startsWith('{')) return undefined;
  if (/"log_history"\s*:/.test(text)) return { format: 'trainerState', reason: 'is JSON with a log_history' };
  for (const line of linesOf(text)) {
    const object = parseJsonObject(line.trim());
    if (typeof object === 'string') continue;
    const { epoch, step } = pointOf(object);
    if (epoch === undefined && step === undefined) continue;
    return { format: 'jsonLines', reason: `has JSON lines with ${epoch === undefined ? 'step' : 'epoch'}` };
  }
  if (/(?:^|[\\/])trainer_state[^\\/]*\.json$/.test(name)) {
    return { format: 'trainerState', reason: 'is JSON and is named trainer_state' };
  }
  return undefined;
}

function recogniseTable(text: string): RecognisedLog | undefined {
  const [first, second] = linesOf(text);
  const header = csvHeader(first);
  if (!header) return undefined;
  const column = header.epoch >= 0 ? header.epoch : header.step;
  const reason = `is a table with a column ${header.names[column]}`;
  // The first row tells a table from a sentence with commas; it may not be whole, or not there.
  const cells = second === undefined ? undefined : cellsOf(second, header.delimiter);
  const fits =
    cells === undefined ||
    cells.length < header.names.length ||
    cells.every((cell, index) => (index !== header.epoch && index !== header.step) || isNumberOrEmpty(cell));
  return fits ? { format: 'csv', reason } : undefined;
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
