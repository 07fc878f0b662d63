import { InputError } from '../../core/errors';
import { resolveAxes } from './axes';
import { heldSource, hold, type ByteSource, type ReadAt } from '../files/byteSource';
import type { AxisOrder, Features, InstancePlace } from '../dataset';
import { elementsOf, firstNonFinite, type Elements, type Numbers } from './elements';
import { isNumberType, toHostOrder, typeName, type NumberType } from './elementTypes';
import { limitAdvice, type Limits } from '../files/limits';
import { placeWithinFile } from '../instancePlaceText';
import { columnMajorPositions, placeOfArray, type StoredArray } from './storedArray';
import { formatBytes } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** Bytes read from the disk at once. */
const PIECE_BYTES = 8 * 1024 ** 2;

/** An array of numbers in a file whose first axis counts the instances. */
export class ArrayFeatures implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  private readonly units: number;
  private readonly held?: Elements;
  private readonly offsets?: Float64Array;

  private constructor(
    private readonly array: StoredArray,
    private readonly type: NumberType,
    readonly axes: AxisOrder,
    private readonly source: ByteSource,
  ) {
    this.count = array.shape[0];
    this.shape = instanceShape(array);
    this.units = elementCount(this.shape);
    if (source.held) {
      const bytes = source.held.subarray(array.offset);
      toHostOrder(bytes, type);
      this.held = elementsOf(bytes, type);
    }
    if (isColumnMajor(array)) this.offsets = columnMajorPositions(this.shape, this.count);
  }

  /**
   * @throws InputError where the array has no numbers, no axis or no instances
   */
  static async open(
    array: StoredArray,
    wantedAxes: AxisOrder | undefined,
    limits: Limits,
  ): Promise<ArrayFeatures> {
    const refuse = (problem: string) => new InputError(array.file, problem, placeOfArray(array));
    if (!isNumberType(array.type)) throw refuse('holds text, expected numbers');
    if (array.shape.length === 0) {
      throw refuse('is a single number, expected an array whose first axis counts the instances');
    }
    if (elementCount(array.shape) === 0) {
      throw refuse(`has shape [${array.shape.join(', ')}]: there are no instances in it`);
    }
    const axes = resolveAxes(instanceShape(array), wantedAxes, array.file);
    return new ArrayFeatures(array, array.type, axes, await sourceToRead(array, limits));
  }

  place(index: number): InstancePlace {
    const { file, member } = this.array;
    return member === undefined ? { file, index } : { file, index, member };
  }

  async read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    checkRequest(indices, this.count, this.units, out);
    const held = this.held;
    if (held) {
      forEachRun(indices, indices.length, (first, rows, at) => this.copyHeld({ held, first, rows, out, at }));
    } else {
      await this.source.reading((readAt) => this.readRuns(readAt, indices, out));
    }
  }

  private copyHeld({
    held,
    first,
    rows,
    out,
    at,
  }: {
    held: Elements;
    first: number;
    rows: number;
    out: Numbers;
    at: number;
  }): void {
    if (this.offsets) {
      for (let row = 0; row < rows; row++) {
        held.gather(first + row, this.offsets, out, (at + row) * this.units);
      }
      this.checkGathered({ elements: held, offsets: this.offsets, first, rows, out, at });
    } else {
      const from = first * this.units;
      held.copy(from, from + rows * this.units, out, at * this.units);
      this.check({ elements: held, from, first, rows, out, at });
    }
  }

  private async readRuns(readAt: ReadAt, indices: ArrayLike<number>, out: Numbers): Promise<void> {
    const rowBytes = this.units * this.type.bytes;
    const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
    const piece = new Uint8Array(Math.min(rowsAtOnce, indices.length) * rowBytes);
    for (let at = 0; at < indices.length; at += rowsAtOnce) {
      const some = Array.from(
        { length: Math.min(rowsAtOnce, indices.length - at) },
        (_, row) => indices[at + row],
      );
      const reads: Promise<void>[] = [];
      forEachRun(some, some.length, (first, rows, row) => {
        const bytes = piece.subarray(row * rowBytes, (row + rows) * rowBytes);
        reads.push(readAt(this.array.offset + first * rowBytes, bytes));
      });
      await allDone(reads);
      const bytes = piece.subarray(0, some.length * rowBytes);
      toHostOrder(bytes, this.type);
      const elements = elementsOf(bytes, this.type);
      elements.copy(0, elements.length, out, at * this.units);
      some.forEach((index, row) =>
        this.check({ elements, from: row * this.units, first: index, rows: 1, out, at: at + row }),
      );
    }
  }

  /** Looks for numbers that cannot be used in what was copied: `out` from row `at`, elements from `from`. */
  private check({
    elements,
    from,
    first,
    rows,
    out,
    at,
  }: {
    elements: Elements;
    from: number;
    first: number;
    rows: number;
    out: Numbers;
    at: number;
  }): void {
    const start = at * this.units;
    const size = rows * this.units;
    const bad =
      this.type.kind === 'float'
        ? firstNonFinite(out, start, start + size) - start
        : elements.firstInexact(from, from + size) - from;
    if (bad >= 0) {
      throw this.badNumber(elements, from + bad, first + Math.floor(bad / this.units), bad % this.units);
    }
  }

  private checkGathered({
    elements,
    offsets,
    first,
    rows,
    out,
    at,
  }: {
    elements: Elements;
    offsets: Float64Array;
    first: number;
    rows: number;
    out: Numbers;
    at: number;
  }): void {
    const start = at * this.units;
    if (this.type.kind === 'float') {
      const bad = firstNonFinite(out, start, start + rows * this.units) - start;
      if (bad >= 0) {
        const index = first + Math.floor(bad / this.units);
        throw this.badNumber(elements, index + offsets[bad % this.units], index, bad % this.units);
      }
    } else if (this.type.bytes === 8) {
      for (let row = first; row < first + rows; row++) {
        const unit = offsets.findIndex(
          (offset) => elements.firstInexact(row + offset, row + offset + 1) >= 0,
        );
        if (unit >= 0) throw this.badNumber(elements, row + offsets[unit], row, unit);
      }
    }
  }

  private badNumber(elements: Elements, element: number, index: number, unit: number): InputError {
    const text = elements.text(element);
    const problem =
      this.type.kind !== 'float'
        ? `is ${text}, which no floating-point number equals`
        : Number.isFinite(elements.value(element))
          ? `is ${text}, which is beyond the range of float32`
          : `is ${text}, expected a finite number`;
    return new InputError(
      this.array.file,
      `${columnName(this.shape, unit)} ${problem} (${typeName(this.type)})`,
      placeWithinFile(this.place(index)),
    );
  }
}

/** Waits for all reads, also when one has failed, so that none is under way when the file is closed. */
async function allDone(reads: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(reads)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A list of numbers is instances of one number each. */
function instanceShape(array: StoredArray): number[] {
  return array.shape.length === 1 ? [1] : array.shape.slice(1);
}

function isColumnMajor(array: StoredArray): boolean {
  return array.fortranOrder && array.shape.filter((axis) => axis > 1).length > 1;
}

/**
 * Column-major arrays have no instance in one piece, so they are read from memory alone.
 * @throws InputError where that takes more than the limit
 */
async function sourceToRead(array: StoredArray, limits: Limits): Promise<ByteSource> {
  const { source } = array;
  if (!isColumnMajor(array) || source.held) return source;
  if (source.size > limits.bytes) {
    const sizes = `${formatBytes(source.size)}, ${limitAdvice(limits, 'bytes', source.size)}`;
    throw new InputError(
      array.file,
      `is in Fortran order and would have to be held in memory: ${sizes}; save it in C order`,
      placeOfArray(array),
    );
  }
  return heldSource(await hold(source, array.file));
}

/** A number of an instance by name: `column 5`, `element [3, 4]`, or `the value` of an instance that is one number. */
function columnName(shape: readonly number[], unit: number): string {
  if (elementCount(shape) === 1) return 'the value';
  if (shape.length === 1) return `column ${unit}`;
  const position: number[] = [];
  for (let axis = shape.length - 1, rest = unit; axis >= 0; axis--) {
    position.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return `element [${position.join(', ')}]`;
}

/** @throws RangeError where instances are asked for that do not exist, or more than `out` holds */
export function checkRequest(indices: ArrayLike<number>, count: number, units: number, out: Numbers): void {
  if (indices.length * units > out.length) {
    throw new RangeError(`${indices.length} instances of ${units} numbers do not fit into ${out.length}`);
  }
  for (let k = 0; k < indices.length; k++) {
    const index = indices[k];
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw new RangeError(`there is no instance ${index}, only 0 to ${count - 1}`);
    }
  }
}

/** Calls `visit` for every run of successive indices, at most `longest` at once, with its place in `indices`. */
export function forEachRun(
  indices: ArrayLike<number>,
  longest: number,
  visit: (first: number, rows: number, at: number) => void,
): void {
  for (let at = 0; at < indices.length;) {
    let rows = 1;
    while (rows < longest && at + rows < indices.length && indices[at + rows] === indices[at] + rows) rows++;
    visit(indices[at], rows, at);
    at += rows;
  }
}
