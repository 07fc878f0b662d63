import type { TableRow } from '../../src/protocol/logTable';

/** Rows that are asked for at once. */
export const PAGE = 100;
/** Pages that are kept. */
const MOST_PAGES = 60;

interface Page {
  version: string;
  rows: TableRow[];
}

/** The rows that are there of a table, page by page; what is missing or out of date is asked for once. */
export class RowPages {
  /** Least recently used first. */
  private readonly pages = new Map<number, Page>();
  /** Versions that pages were asked for under. */
  private readonly asked = new Map<number, string>();
  private version = '';

  constructor(private readonly ask: (from: number, count: number) => void) {}

  /** Rows of other versions are out of date from now on; they are shown until others come. */
  renew(version: string): void {
    this.version = version;
  }

  /** A row, as far as it is there. */
  row(row: number): TableRow | undefined {
    return this.pages.get(Math.floor(row / PAGE))?.rows[row % PAGE];
  }

  /** Asks for what is needed of the rows from `first` up to, not with, `end`. */
  need(first: number, end: number): void {
    for (let number = Math.floor(first / PAGE); number * PAGE < end; number++) {
      const page = this.pages.get(number);
      if (page) {
        this.pages.delete(number);
        this.pages.set(number, page);
      }
      if (page?.version === this.version || this.asked.get(number) === this.version) continue;
      this.asked.set(number, this.version);
      this.ask(number * PAGE, PAGE);
    }
  }

  /** Takes rows that came. */
  take(from: number, rows: TableRow[], version: string): void {
    const number = Math.floor(from / PAGE);
    this.asked.delete(number);
    this.pages.delete(number);
    this.pages.set(number, { version, rows });
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= MOST_PAGES) break;
      this.pages.delete(oldest);
    }
  }

  /** What was asked for and did not come is asked for again. */
  forgetAsked(): void {
    this.asked.clear();
  }
}
