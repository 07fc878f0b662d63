/** What stands before the first row of a table. */
export interface Preamble {
  /** Characters of it, and lines. */
  length: number;
  lines: number;
  /** The separator, where a line `sep=;` names it, as Excel wants it. */
  delimiter?: string;
  /** Text of the last comment, which may hold the names of the columns: `# a b c`, as NumPy's savetxt writes them. */
  comment?: string;
}

const separatorLine = /^"?sep=(.)"?\s*$/i;
/** A comment; Excel's `#N/A` and `#DIV/0!` are cells. */
const commentLine = /^\s*#(?!N\/?A\b|[A-Z/0]{3,6}[!?])/;

/**
 * Reads the lines before a table that are no rows of it: `sep=;`, comments that begin with `#`, and blank lines.
 * @param text the beginning of the file
 */
export function readPreamble(text: string): Preamble {
  const preamble: Preamble = { length: 0, lines: 0 };
  while (preamble.length < text.length) {
    const end = text.indexOf('\n', preamble.length);
    const next = end < 0 ? text.length : end + 1;
    const line = text.slice(preamble.length, next);
    const separator = preamble.delimiter === undefined ? separatorLine.exec(line) : null;
    const comment = isComment(line);
    if (!separator && !comment && line.trim() !== '') break;
    if (separator) preamble.delimiter = separator[1];
    if (comment) preamble.comment = line.replace(/^\s*#+/, '').trim();
    preamble.length = next;
    preamble.lines++;
  }
  return preamble;
}

/** Whether a line is a comment and no row. */
export function isComment(line: string): boolean {
  return commentLine.test(line);
}

/** Whether a row between others is a comment: a cell with the sign alone would be a value. */
export function isRemark(row: readonly string[]): boolean {
  // A quote that is never closed can leave a row without any cell.
  if (row.length === 0) return false;
  return row[0].startsWith('# ') || (row.length === 1 && isComment(row[0]));
}
