import { largest } from '../../core/lists';
import { visibleText } from '../../core/visibleText';

/** Lines of a table of text: numbers right, names left, columns two spaces apart. Names begin no line and act on no terminal. */
export function textTable(head: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(visibleText));
  const widths = head.map((title, c) =>
    largest(
      rows.map((row) => row[c].length),
      title.length,
    ),
  );
  const numeric = head.map((_, c) => rows.every((row) => /^[-–]?[\d.,]*( ?%)?$/.test(row[c])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line);
}
