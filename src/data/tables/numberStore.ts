import { firstNonFinite, type Numbers } from '../arrays/elements';

/** Numbers of one block. */
const BLOCK_NUMBERS = 128 * 1024;

/**
 * Rows of numbers that were read from text. Each block of rows is kept in the smallest type that holds its numbers exactly:
 * images take one byte a pixel.
 */
export class NumberStore {
  private readonly rowsPerBlock: number;
  private readonly blocks: (Uint8Array | Float32Array | Float64Array)[] = [];
  private current: Float64Array;
  private inCurrent = 0;
  /** Number of rows. */
  count = 0;

  constructor(readonly columns: number) {
    this.rowsPerBlock = Math.max(1, Math.floor(BLOCK_NUMBERS / Math.max(1, columns)));
    this.current = new Float64Array(this.rowsPerBlock * columns);
  }

  /** Adds a row; NaN stands for a number that is filled in later. */
  add(row: Float64Array): void {
    if (this.inCurrent === this.rowsPerBlock) {
      this.blocks.push(narrowest(this.current));
      this.inCurrent = 0;
    }
    this.current.set(row, this.inCurrent * this.columns);
    this.inCurrent++;
    this.count++;
  }

  /** To be called once, behind the last row. */
  seal(): void {
    this.blocks.push(narrowest(this.current.subarray(0, this.inCurrent * this.columns)));
    this.current = new Float64Array(0);
  }

  /** Fills in a number that was NaN. */
  fill(row: number, column: number, value: number): void {
    const block = this.blocks[Math.floor(row / this.rowsPerBlock)];
    block[(row % this.rowsPerBlock) * this.columns + column] = value;
  }

  /**
   * Copies `rows` rows from `first` on into `out` from row `at` on.
   * @returns position in `out` of the first number that is beyond the range of float32, or -1
   */
  copy(first: number, rows: number, out: Numbers, at: number): number {
    for (let done = 0; done < rows;) {
      const block = this.blocks[Math.floor((first + done) / this.rowsPerBlock)];
      const start = (first + done) % this.rowsPerBlock;
      const count = Math.min(rows - done, this.rowsPerBlock - start);
      const target = (at + done) * this.columns;
      out.set(block.subarray(start * this.columns, (start + count) * this.columns), target);
      if (block instanceof Float64Array && out instanceof Float32Array) {
        const bad = firstNonFinite(out, target, target + count * this.columns);
        if (bad >= 0) return bad;
      }
      done += count;
    }
    return -1;
  }

  /** One number. */
  value(row: number, column: number): number {
    return this.blocks[Math.floor(row / this.rowsPerBlock)][
      (row % this.rowsPerBlock) * this.columns + column
    ];
  }
}

/** A copy in the smallest type that holds all numbers exactly; one with NaN stays as wide as a number to come may be. */
function narrowest(numbers: Float64Array): Uint8Array | Float32Array | Float64Array {
  const bytes = new Uint8Array(numbers);
  if (numbers.every((number, index) => Object.is(number, bytes[index]))) return bytes;
  const floats = new Float32Array(numbers);
  return numbers.every((number, index) => number === floats[index]) ? floats : numbers.slice();
}
