import type { LogMark } from '../../protocol/logs';

/** A mark whose row stands in lines; all count from 1, `endLine` is the last one of the row. */
export type LineMark = LogMark & Required<Pick<LogMark, 'line' | 'endLine' | 'fromLine'>>;

/** The marks of a log by the lines they stand in. Rows do not overlap; several snapshots may have the same row. */
export class MarkedLines {
  /** From the top down; of one row by snapshot. */
  readonly all: readonly LineMark[];
  private readonly bySnapshot: ReadonlyMap<number, LineMark>;

  constructor(marks: readonly LogMark[]) {
    const inLines = marks.filter(({ line }) => line !== undefined);
    const whole = inLines.map((mark) => {
      const line = mark.line!;
      const endLine = Math.max(line, mark.endLine ?? line);
      return { ...mark, line, endLine, fromLine: Math.min(line, mark.fromLine ?? line) };
    });
    this.all = whole.sort((a, b) => a.line - b.line || a.snapshot - b.snapshot);
    this.bySnapshot = new Map(whole.map((mark) => [mark.snapshot, mark]));
  }

  /** The mark of a snapshot. */
  of(snapshot: number): LineMark | undefined {
    return this.bySnapshot.get(snapshot);
  }

  /** The marks whose row a line is part of. */
  at(line: number): readonly LineMark[] {
    const mark = this.all[this.firstEndingFrom(line)];
    return mark && mark.line <= line ? this.all.filter((one) => one.line === mark.line) : [];
  }

  /** The mark that a line means: of its row, or of the rows before it that have no snapshot of their own. */
  meantBy(line: number): LineMark | undefined {
    let at = this.firstEndingFrom(line);
    if (!this.all[at] || this.all[at].fromLine > line) return undefined;
    while (this.all[at + 1]?.line === this.all[at].line) at++;
    return this.all[at];
  }

  /** The last mark of a row that ends above a line. */
  before(line: number): LineMark | undefined {
    return this.all[this.firstEndingFrom(line) - 1];
  }

  /** The first mark of a row that begins below a line. */
  after(line: number): LineMark | undefined {
    let at = this.firstEndingFrom(line);
    while (this.all[at] && this.all[at].line <= line) at++;
    return this.all[at];
  }

  /** Index of the first mark whose row ends at a line or below it; the number of marks where there is none. */
  private firstEndingFrom(line: number): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].endLine < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** True where both have the same rows marked for the same snapshots. */
export function sameRows(a: MarkedLines, b: MarkedLines): boolean {
  if (a === b) return true;
  const same = (one: LineMark, other: LineMark) =>
    one.line === other.line && one.endLine === other.endLine && one.snapshot === other.snapshot;
  return a.all.length === b.all.length && a.all.every((mark, i) => same(mark, b.all[i]));
}
