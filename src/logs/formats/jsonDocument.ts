import { trainingLog } from './lineLogReader';
import { isMoment, metricsOf, pointOf } from './jsonFields';
import { jsonColumnsOf } from './jsonColumns';
import { parseLogJson, type LogObject } from './jsonValues';
import type { LogPlace, LogReader, LogRow, TrainingLog } from './log';
import type { Problems } from './problems';
import type { RowStore } from './rowStore';

/** Longest document, in characters: it is held as a whole. */
const LONGEST_DOCUMENT = 64 * 1024 * 1024;

/**
 * One JSON document: a list of rows (`[{"epoch": 1, "loss": 0.5}, …]`, also as the only list of an object), or columns of
 * equal length (`{"loss": [0.5, …], "val_loss": […]}`), whose rows are the epochs. It is read when it is whole.
 */
export class JsonDocumentReader implements LogReader {
  private readonly decoder = new TextDecoder();
  private text = '';
  private read = false;
  private tooLong = false;
  private readonly depth = new JsonDepth();

  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {}

  push(chunk: Uint8Array | string): number {
    this.take(typeof chunk === 'string' ? chunk : this.decoder.decode(chunk, { stream: true }));
    return this.store.takeChanged();
  }

  finish(): number {
    this.take(this.decoder.decode());
    if (!this.read && !this.tooLong) this.problems.add({ line: 1 }, 'the file ends before its JSON does');
    return this.store.takeChanged();
  }

  get rows(): readonly LogRow[] {
    return this.store.rows;
  }

  get log(): TrainingLog {
    return trainingLog('json', undefined, this.store, this.problems);
  }

  private take(text: string): void {
    if (text === '' || this.tooLong) return;
    if (this.read) {
      if (text.trim() !== '') {
        this.problems.addOnce('behind', {}, 'something stands behind the JSON document');
      }
      return;
    }
    if (this.text.length + text.length > LONGEST_DOCUMENT) {
      this.tooLong = true;
      this.text = '';
      this.problems.add(
        { line: 1 },
        `the document is longer than ${LONGEST_DOCUMENT} characters and was not read`,
      );
      return;
    }
    const end = this.depth.end(text, 0);
    this.text += text.slice(0, end);
    if (end > text.length) return;
    this.read = true;
    const { text: whole } = this;
    this.text = '';
    this.readDocument(whole);
    this.take(text.slice(end));
  }

  private readDocument(text: string): void {
    const value = parseLogJson(text);
    if (typeof value === 'string') {
      this.problems.add({ line: 1 }, value);
      return;
    }
    const list = rowsIn(value.value);
    if (list) {
      this.readRows(list, placesOf(text, list.length));
      return;
    }
    const columns = isObject(value.value) ? jsonColumnsOf(value.value) : undefined;
    if (!columns) {
      this.problems.add({ line: 1 }, 'is neither a list of rows nor an object of columns of numbers');
      return;
    }
    for (const name of columns.leftOut) {
      this.problems.add(
        { line: 1 },
        `the column ${name} has another length than the others and was not read`,
      );
    }
    for (const { point, metrics } of columns.rows) this.store.add(point, metrics, {});
  }

  private readRows(list: readonly unknown[], places: readonly LogPlace[]): void {
    const points = list.map((row) => (isObject(row) ? pointOf(row) : {}));
    // Without epochs and steps the rows are the epochs.
    const counted = !points.some(isMoment);
    list.forEach((row, index) => {
      const place = places[index] ?? {};
      if (!isObject(row)) {
        this.problems.add(place, 'the row is no JSON object, expected {"epoch": …}');
      } else if (!counted && !isMoment(points[index])) {
        this.problems.add(place, 'the row has neither epoch nor step');
      } else {
        this.store.add(counted ? { epoch: index } : points[index], metricsOf(row), place);
      }
    });
  }
}

function isObject(value: unknown): value is LogObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rows of a document: itself where it is a list of objects, else the first such list in it. */
function rowsIn(value: unknown): readonly unknown[] | undefined {
  const isRows = (list: unknown): list is unknown[] =>
    Array.isArray(list) && list.length > 0 && isObject(list[0]);
  if (isRows(value)) return value;
  return isObject(value) ? Object.values(value).find(isRows) : undefined;
}

/** Lines of the objects of the first list of objects in a document. */
function placesOf(text: string, count: number): LogPlace[] {
  const places: LogPlace[] = [];
  const begin = /\[\s*\{/.exec(text);
  if (!begin) return places;
  let line = countLines(text, 0, begin.index);
  let from = begin.index + 1;
  while (places.length < count) {
    const open = text.indexOf('{', from);
    if (open < 0) break;
    const depth = new JsonDepth();
    const end = depth.end(text, open);
    line += countLines(text, from, open);
    const endLine = line + countLines(text, open, end);
    places.push({ line: line + 1, endLine: endLine + 1 });
    line = endLine;
    from = end;
  }
  return places;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Follows the brackets of a document, to see where it ends. */
class JsonDepth {
  private depth = 0;
  private inText = false;
  private escaped = false;

  /** Index behind the bracket that closes the first one from a place on; beyond the text where none does. */
  end(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const character = text[at];
      if (this.inText) {
        if (this.escaped) this.escaped = false;
        else if (character === '\\') this.escaped = true;
        else if (character === '"') this.inText = false;
      } else if (character === '"') {
        this.inText = true;
      } else if (character === '{' || character === '[') {
        this.depth++;
      } else if ((character === '}' || character === ']') && --this.depth <= 0) {
        return at + 1;
      }
    }
    return text.length + 1;
  }
}
