import { InputError } from '../../core/errors';
import { setName } from '../../core/patterns/outcome';
import { ArrayFeatures } from './arrayFeatures';
import { hold } from '../files/byteSource';
import { isNumberType, toHostOrder, type TextType } from './elementTypes';
import { classesOfOneHot, LabelCollector, labelsOfNumbers, type LabelColumn } from '../labels';
import { limitAdvice, type Limits } from '../files/limits';
import { placeWithinFile } from '../instancePlaceText';
import { formatShape, placeOfArray, type StoredArray } from './storedArray';
import { formatBytes } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** How labels are read. */
export interface LabelReading {
  limits: Limits;
  /** Whether an instance may have several labels, and numbers that are no classes; refused when left out. */
  targets?: boolean;
}

/**
 * Labels from an array: one number or text for each instance, a one-hot matrix, or one of shares; rows of zeros and ones where several are allowed.
 * @throws InputError where it is neither, or holds NaN
 */
export async function labelsOfArray(
  array: StoredArray,
  { limits, targets = false }: LabelReading,
  notices: string[],
): Promise<LabelColumn> {
  const { file, member, type, shape } = array;
  const place = (index: number) => placeWithinFile({ file, member, index });
  const count = shape[0] ?? 0;
  if (!isNumberType(type)) {
    const collector = new LabelCollector(file);
    for (const text of await readText(array, type, limits)) collector.add(text);
    return collector.finish(place);
  }
  const features = await ArrayFeatures.open(array, undefined, limits);
  const numbers = await readAll(features, file, limits);
  const columns = elementCount(features.shape);
  if (columns === 1) return labelsOfNumbers(file, numbers, place);
  const classes = shape.length === 2 ? classesOfOneHot(numbers, columns) : undefined;
  const sets = targets && shape.length === 2 && !classes ? setsOf(numbers, columns) : undefined;
  if (sets) {
    notices.push(`${file}: an instance may have several of ${columns} labels; each set of them is a class.`);
    const collector = new LabelCollector(file);
    for (const name of sets) collector.add(name);
    return { ...collector.finish(place), names: true, sets: true };
  }
  const largest = shape.length === 2 && !classes ? largestOfShares(numbers, columns) : undefined;
  if (largest) {
    notices.push(
      `${file}: the labels are shares of ${columns} classes; the class with the largest is taken.`,
    );
    return labelsOfNumbers(file, largest, place);
  }
  if (!classes) {
    throw new InputError(
      file,
      `labels are ${formatShape(shape)}, expected one for each instance, or one-hot rows (zeros and a single 1), or shares that are 1 together`,
      placeOfArray(array),
    );
  }
  notices.push(oneHotNotice(file, count, columns));
  return labelsOfNumbers(file, classes, place);
}

/** How far the shares of an instance may be from 1 together: they are written in few digits. */
const SHARES_TOLERANCE = 1e-2;

/** Of rows of shares, none negative and 1 together, where the largest is; the first of equal ones. Undefined for other rows. */
function largestOfShares(numbers: Float64Array, columns: number): Int32Array | undefined {
  const classes = new Int32Array(numbers.length / columns);
  for (let row = 0; row < classes.length; row++) {
    let sum = 0;
    let best = 0;
    for (let column = 0; column < columns; column++) {
      const share = numbers[row * columns + column];
      if (!(share >= 0)) return undefined;
      sum += share;
      if (share > numbers[row * columns + best]) best = column;
    }
    if (Math.abs(sum - 1) > SHARES_TOLERANCE) return undefined;
    classes[row] = best;
  }
  return classes;
}

/** Names of the sets of labels that rows of zeros and ones are; undefined where they are none. */
function setsOf(numbers: Float64Array, columns: number): string[] | undefined {
  if (!numbers.every((number) => number === 0 || number === 1)) return undefined;
  return Array.from({ length: numbers.length / columns }, (_, row) =>
    setName(numbers, row * columns, columns),
  );
}

/** What is said where one-hot labels were read. */
export function oneHotNotice(file: string, rows: number, columns: number): string {
  return `${file}: the labels are one-hot (${formatShape([rows, columns])}); the column of the 1 is the class.`;
}

async function readAll(features: ArrayFeatures, file: string, limits: Limits): Promise<Float64Array> {
  const size = features.count * elementCount(features.shape);
  if (size * 8 > limits.bytes) {
    throw new InputError(
      file,
      `its labels take ${formatBytes(size * 8)}, ${limitAdvice(limits, 'bytes', size * 8)}`,
    );
  }
  const numbers = new Float64Array(size);
  await features.read(
    Int32Array.from({ length: features.count }, (_, index) => index),
    numbers,
  );
  return numbers;
}

/** The entries of an array of text, row by row. */
async function readText(array: StoredArray, type: TextType, limits: Limits): Promise<string[]> {
  const count = elementCount(array.shape);
  if (array.shape.length === 0 || count === 0 || count !== array.shape[0]) {
    const problem = `labels are ${formatShape(array.shape)}, expected one for each instance`;
    throw new InputError(array.file, problem, placeOfArray(array));
  }
  if (array.source.size > limits.bytes) {
    throw new InputError(
      array.file,
      `its labels take ${formatBytes(array.source.size)}, ${limitAdvice(limits, 'bytes', array.source.size)}`,
    );
  }
  const bytes = (await hold(array.source, array.file)).slice(array.offset);
  toHostOrder(bytes, type);
  const characters = type.kind === 'unicode' ? new Uint32Array(bytes.buffer) : bytes;
  const width = characters.length / count;
  return Array.from({ length: count }, (_, row) => {
    const entry = characters.subarray(row * width, (row + 1) * width);
    const end = entry.findLastIndex((code) => code !== 0) + 1;
    const wrong = entry.findIndex((code) => code > 0x10ffff);
    if (wrong >= 0) throw new InputError(array.file, 'holds text that is no Unicode', `index ${row}`);
    return Array.from(entry.subarray(0, end), (code) => String.fromCodePoint(code)).join('');
  });
}
