/** What spreadsheets take for the beginning of a formula, wide forms included; and what they skip before one. */
const formula = /^[\t\r\n ]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * One line of CSV: absent values are empty, text with separators, quotes or line breaks is quoted (RFC 4180). Names that a
 * spreadsheet would compute (`=1+1`, `@SUM`) are quoted with an apostrophe before them, which keeps them text there; numbers,
 * and names that are numbers, stay as they are.
 */
export function csvLine(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map(csvField).join(',')}\n`;
}

function csvField(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  if (formula.test(value) && !number.test(value)) return quoted(`'${value}`);
  return /[",\r\n]/.test(value) ? quoted(value) : value;
}

function quoted(text: string): string {
  return `"${text.replace(/"/g, '""')}"`;
}
