/** Plain decimal notation, and the words for what is not finite, which are told apart from text later. */
const notation = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/**
 * A number in a text file: decimal notation, spaces around it allowed; `inf` and `nan` as Python writes them.
 * @returns undefined where the text is no number
 */
export function parseNumber(text: string): number | undefined {
  // Most cells of a dataset are short whole numbers: reading their digits here is several times faster.
  const length = text.length;
  if (length > 0 && length < 10) {
    let value = 0;
    let index = 0;
    for (; index < length; index++) {
      const digit = text.charCodeAt(index) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (index === length) return value;
  }
  const trimmed = text.trim();
  if (!notation.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isNaN(number) && !/nan/i.test(trimmed) ? (trimmed[0] === '-' ? -Infinity : Infinity) : number;
}

/** A number with a decimal comma, `3,5` or `-1,2e-3`. A number without one is none, nor is one with points. */
export function parseDecimalComma(text: string): number | undefined {
  return /^\s*[+-]?\d*,\d+(?:e[+-]?\d+)?\s*$/i.test(text) ? parseNumber(text.replace(',', '.')) : undefined;
}

const missingWords = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);
/** Words that pandas, R, Excel and SAS write besides these; some of them are the names of classes elsewhere. */
const missingNumberWords = new Set([
  'none',
  '<na>',
  '-nan',
  '#na',
  '#n/a',
  '#n/a n/a',
  '#div/0!',
  '#num!',
  '#null!',
  '#value!',
  '#ref!',
  '#name?',
  '1.#ind',
  '-1.#ind',
  '1.#qnan',
  '-1.#qnan',
  'nat',
  '.',
  '-',
  '--',
]);

/** True for what stands for a missing value whatever the column: nothing, NA, N/A, NaN, null, ? (in capitals or not). */
export function isMissing(text: string): boolean {
  // Every word has at most four letters, and a digit is in none of them.
  const first = text.charCodeAt(0);
  return !(first >= 48 && first <= 57) && missingWords.has(text.trim().toLowerCase());
}

/** True for what stands for a missing number: also None, <NA>, and what spreadsheets write for errors. */
export function isMissingNumber(text: string): boolean {
  return isMissing(text) || (text.length < 20 && missingNumberWords.has(text.trim().toLowerCase()));
}

/** True for what stands for a missing label: None may be a class, <NA> and #N/A are hardly one. */
export function isMissingLabel(text: string): boolean {
  return isMissing(text) || /^\s*(?:<NA>|#N\/A|#NA)\s*$/.test(text);
}
