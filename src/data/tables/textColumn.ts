import { InputError } from '../../core/errors';
import { formatCount, oneLine } from '../../core/wording';
import { wordedFor } from '../../core/audience';

/** More different texts than this are names or dates, and no categories. */
const MOST_VALUES = 1000;
/** So many may be in any table; of more, at most every second row may bring a new one. */
const FEW_VALUES = 20;

/**
 * The different texts of a column, which become columns of 0 and 1 each, in alphabetical order, as `pandas.get_dummies`
 * makes them. While a table is read a text has the number in which it came.
 */
export class TextColumn {
  private readonly codes = new Map<string, number>();
  private position = new Int32Array();

  constructor(
    private readonly file: string,
    private readonly title: string,
  ) {}

  /** Number of a text. @throws InputError where there are too many different ones */
  code(text: string): number {
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    if (this.codes.size === MOST_VALUES) throw this.tooMany(`more than ${formatCount(MOST_VALUES)}`);
    this.codes.set(text, this.codes.size);
    return this.codes.size - 1;
  }

  /** To be called once, behind the last row. @throws InputError where the texts are no categories */
  seal(rows: number): void {
    const { size } = this.codes;
    const allDiffer = size === rows && rows > 2;
    if (allDiffer || (size > FEW_VALUES && size > rows / 2)) throw this.tooMany(formatCount(size));
    this.position = new Int32Array(size);
    this.values.forEach((text, position) => (this.position[this.codes.get(text)!] = position));
  }

  /** Texts in alphabetical order. */
  get values(): string[] {
    return [...this.codes.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Columns that it becomes. */
  get width(): number {
    return this.codes.size;
  }

  /** Which of its columns is 1 for a number that `code` gave; -1 for a missing text. */
  positionOf(code: number): number {
    return code < 0 ? -1 : this.position[code];
  }

  private tooMany(count: string): InputError {
    const shown = JSON.stringify(oneLine([...this.codes.keys()][0]));
    return new InputError(
      this.file,
      `${this.title} is text with ${count} different values, such as ${shown}, expected numbers or categories; leave the column out${wordedFor({ commandLine: ' (--drop)', window: '' })}`,
    );
  }
}
