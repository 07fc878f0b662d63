import type { ByteSource } from '../files/byteSource';
import type { ElementType } from './elementTypes';
import { oneLine } from '../../core/wording';

/** An array as it lies in a file, not yet converted. Its bytes are all there: sizes were checked. */
export interface StoredArray {
  /** File as the user named it. */
  file: string;
  /** Name within an archive. */
  member?: string;
  source: ByteSource;
  /** Where the elements begin within the source. */
  offset: number;
  type: ElementType;
  shape: readonly number[];
  fortranOrder: boolean;
}

/** A shape for people: `28×28`, with ? for an open axis (-1) and `a single number` for no axis. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.map((axis) => (axis < 0 ? '?' : axis)).join('×');
}

/** Where an array is, for messages: the archive member, if any. */
export function placeOfArray(array: StoredArray): string | undefined {
  return array.member === undefined ? undefined : `member ${oneLine(array.member)}`;
}

/**
 * For each element in row-major order, where it lies in column-major order.
 * @param stride distance of neighbours along the first axis
 */
export function columnMajorPositions(shape: readonly number[], stride = 1): Float64Array {
  let positions = new Float64Array(1);
  for (const axis of shape) {
    const longer = new Float64Array(positions.length * axis);
    positions.forEach((position, outer) => {
      for (let along = 0; along < axis; along++) longer[outer * axis + along] = position + along * stride;
    });
    positions = longer;
    stride *= axis;
  }
  return positions;
}
