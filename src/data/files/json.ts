import { InputError } from '../../core/errors';

/** Objects and lists within each other that are read. What reads them goes down step by step, and the stack has an end. */
const DEEPEST_JSON = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether objects and lists stand deeper within each other than is read, as far as brackets outside of texts tell. */
export function isTooDeep(text: string): boolean {
  // The brackets alone would be longer.
  if (text.length <= 2 * DEEPEST_JSON) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at);
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST_JSON) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** Index of the quote that ends the text that begins at `open`; the length where none does. */
function closingQuote(text: string, open: number): number {
  let at = open + 1;
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
    if (text.charCodeAt(at) === BACKSLASH) at++;
  }
  return at;
}

/**
 * Reads JSON: the one way in which JSON of files is read here.
 * @returns the value, or in one line why there is none
 */
export function readJson(text: string): { value: unknown } | { problem: string } {
  if (isTooDeep(text)) {
    return {
      problem: `has more than ${DEEPEST_JSON} objects and lists within each other, which is the limit`,
    };
  }
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    // V8's message cites the text; one line of it is enough.
    const reason = (error as Error).message.replace(/\s+/g, ' ').slice(0, 120);
    return { problem: `is not JSON (${reason})` };
  }
}

/**
 * Reads JSON.
 * @param source file that it is from, for messages
 * @param advice what to do where it is none, as the end of the sentence
 * @throws InputError where it is none, or nested too deeply
 */
export function parseJson(text: string, source: string, advice = ''): unknown {
  const read = readJson(text);
  if ('problem' in read) throw new InputError(source, read.problem + advice);
  return read.value;
}
