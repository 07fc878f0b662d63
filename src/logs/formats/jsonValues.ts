import { readJson } from '../../data/files/json';
import { parseNumber } from '../../data/tables/parseNumber';

/** An object of JSON. */
export type LogObject = Record<string, unknown>;

/** Deepest nesting whose numbers are read: `{"train": {"loss": 1}}` is `train.loss`. */
const DEEPEST = 2;

/**
 * Reads an object of JSON, also with the words NaN, Infinity and -Infinity, which Python writes.
 * @returns the object, or why it is none
 */
export function parseJsonObject(text: string): LogObject | string {
  const parsed = parseLogJson(text);
  if (typeof parsed === 'string') return parsed;
  const { value } = parsed;
  const object = typeof value === 'object' && value !== null && !Array.isArray(value);
  return object ? (value as LogObject) : 'is no JSON object, expected {"epoch": …}';
}

/** Reads JSON as `parseJsonObject` does. @returns the value, or why it is none */
export function parseLogJson(text: string): { value: unknown } | string {
  let read = readJson(text);
  if ('problem' in read) {
    const quoted = quoteWords(text);
    if (quoted !== text) read = readJson(quoted);
  }
  return 'problem' in read ? read.problem : { value: read.value };
}

/** Puts Python's words for what is not finite into quotes, in one pass, where they stand outside of texts. */
function quoteWords(text: string): string {
  const words = /-?Infinity|NaN|"/g;
  let result = '';
  let from = 0;
  for (let match = words.exec(text); match; match = words.exec(text)) {
    if (match[0] === '"') {
      words.lastIndex = endOfText(text, match.index + 1);
    } else {
      result += `${text.slice(from, match.index)}"${match[0]}"`;
      from = words.lastIndex;
    }
  }
  return result + text.slice(from);
}

/** Index behind the quote that ends a text. */
function endOfText(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A number, or a text that is one, as some loggers write all values. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length <= 40 ? parseNumber(value) : undefined;
}

/** The numbers of an object by name, those of objects in it as `outer.inner`. Lists are no metrics. */
export function* numbersOf(object: LogObject, depth = 1, prefix = ''): Generator<[string, number]> {
  for (const [name, value] of Object.entries(object)) {
    const number = numberOf(value);
    if (number !== undefined) {
      yield [prefix + name, number];
    } else if (depth < DEEPEST && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      yield* numbersOf(value as LogObject, depth + 1, `${prefix}${name}.`);
    }
  }
}
