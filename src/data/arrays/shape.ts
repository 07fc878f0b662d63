import { InputError } from '../../core/errors';
import { guessAxes } from './axes';
import type { AxisOrder } from '../dataset';
import type { Numbers } from './elements';
import { formatShape } from './storedArray';
import { formatCount } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** How an instance of the file becomes an instance of the model's input. */
export interface RowArranger {
  /** Shape of one instance as the model takes it, without open axes. */
  readonly shape: number[];
  /** What the axes of `shape` are, as far as is known. */
  readonly axes: AxisOrder;
  /** True where the numbers are in the right order already. */
  readonly identity: boolean;
  /** Copies `rows` instances into `out`, rearranged. `source` and `out` must not overlap. */
  arrange(source: Numbers, rows: number, out: Numbers): void;
  /** What was assumed, in sentences for the user. */
  readonly notices: string[];
}

/** Shape and axes of the instances of a dataset. */
export interface InstanceShape {
  shape: readonly number[];
  axes: AxisOrder;
}

/**
 * Decides how instances of a file fit a model's input: as they are, with axes of length 1 added or left out, flattened or
 * unflattened, or with the channels moved to the other end.
 * @param inputShape without the batch axis; -1 for an open axis
 * @param source file, for the error
 * @param inputName name of the model's input, for the error
 * @throws InputError where they do not fit
 */
export function matchShape(
  features: InstanceShape,
  inputShape: readonly number[],
  source: string,
  inputName?: string,
): RowArranger {
  const arranger =
    flattenedImage(features, inputShape) ??
    sameOrder(features, inputShape) ??
    movedChannels(features, inputShape) ??
    reshaped(features, inputShape);
  if (!arranger) {
    const { shape } = features;
    const wants = inputShape.includes(-1) ? '' : ` (${formatCount(elementCount(inputShape))})`;
    throw new InputError(
      source,
      `instances are ${formatShape(shape)} (${formatCount(elementCount(shape))} numbers), ` +
        `the model's input${inputName ? ` \`${inputName}\`` : ''} wants ${formatShape(inputShape)}${wants}`,
    );
  }
  return arranger;
}

function unchanged(shape: number[], axes: AxisOrder, notices: string[] = []): RowArranger {
  return {
    shape,
    axes,
    identity: true,
    arrange: (source, rows, out) => out.set(source.subarray(0, rows * elementCount(shape))),
    notices,
  };
}

/** With more axes than this there are too many ways to leave out those of length 1. */
const MOST_AXES = 8;

/** Axes equal, but for those of length 1. */
function sameOrder({ shape, axes }: InstanceShape, inputShape: readonly number[]): RowArranger | undefined {
  const exact = matchAxes(shape, inputShape);
  if (exact) return unchanged(exact, axes);
  // Where moving the channels fits as well, axes of length 1 are no reason to leave them.
  const moved = movedChannels({ shape, axes }, inputShape);
  if (moved || shape.length > MOST_AXES || inputShape.length > MOST_AXES) return undefined;
  const ways = new Map([...squeezedMatches(shape, inputShape)].map((way) => [way.join(), way]));
  // Several open axes might be filled in more than one way: none of them is to be trusted.
  const [squeezed] = ways.size === 1 ? ways.values() : [];
  return squeezed && unchanged(squeezed, guessAxes(squeezed));
}

/** The input's shape with its open axes filled in, where the axes agree one by one. */
function matchAxes(shape: readonly number[], inputShape: readonly number[]): number[] | undefined {
  const fits =
    shape.length === inputShape.length &&
    inputShape.every((wanted, axis) => wanted === -1 || wanted === shape[axis]);
  return fits ? [...shape] : undefined;
}

/** All ways to fill in the input's shape so that its axes agree in order, but for those of length 1. */
function* squeezedMatches(shape: readonly number[], inputShape: readonly number[]): Generator<number[]> {
  if (inputShape.length === 0) {
    if (shape.every((axis) => axis === 1)) yield [];
    return;
  }
  const [wanted, ...rest] = inputShape;
  const [axis, ...others] = shape;
  if (shape.length > 0 && (wanted === axis || wanted === -1)) {
    for (const matched of squeezedMatches(others, rest)) yield [axis, ...matched];
  }
  if (wanted === 1 || wanted === -1) {
    for (const matched of squeezedMatches(shape, rest)) yield [1, ...matched];
  }
  if (axis === 1) yield* squeezedMatches(others, inputShape);
}

/** Channels at the other end than in the file. */
function movedChannels(
  { shape, axes }: InstanceShape,
  inputShape: readonly number[],
): RowArranger | undefined {
  if (shape.length !== 3 || inputShape.length !== 3) return undefined;
  const [a, b, c] = shape;
  const toFirst = axes !== 'CHW' ? matchAxes([c, a, b], inputShape) : undefined;
  const toLast = axes !== 'HWC' ? matchAxes([b, c, a], inputShape) : undefined;
  if (toFirst) {
    return transposed({
      lines: a * b,
      columns: c,
      shape: toFirst,
      axes: 'CHW',
      notices: [
        `Instances of ${formatShape(shape)} (channels last) become ${formatShape(toFirst)} (channels first).`,
      ],
    });
  }
  if (toLast) {
    return transposed({
      lines: a,
      columns: b * c,
      shape: toLast,
      axes: 'HWC',
      notices: [
        `Instances of ${formatShape(shape)} (channels first) become ${formatShape(toLast)} (channels last).`,
      ],
    });
  }
  return undefined;
}

/** Every instance is a matrix of `lines` × `columns`, which is transposed. */
function transposed({
  lines,
  columns,
  shape,
  axes,
  notices,
}: {
  lines: number;
  columns: number;
  shape: number[];
  axes: AxisOrder;
  notices: string[];
}): RowArranger {
  if (lines === 1 || columns === 1) return unchanged(shape, axes);
  const units = lines * columns;
  const arrange = (source: Numbers, rows: number, out: Numbers) => {
    for (let start = 0; start < rows * units; start += units) {
      for (let column = 0; column < columns; column++) {
        const target = start + column * lines;
        for (let line = 0; line < lines; line++) out[target + line] = source[start + line * columns + column];
      }
    }
  };
  return { shape, axes, identity: false, arrange, notices };
}

/** Flat instances that the user says are images: an order other than the model's is turned round. */
function flattenedImage(
  { shape, axes }: InstanceShape,
  inputShape: readonly number[],
): RowArranger | undefined {
  const said = shape.length === 1 && (axes === 'HWC' || axes === 'CHW');
  const filled = fillOpenAxis(inputShape, elementCount(shape));
  if (!said || filled?.length !== 3) return undefined;
  const wanted = guessAxes(filled);
  if (wanted === 'CHW' && axes === 'HWC') {
    const [channels, height, width] = filled;
    return transposed({ lines: height * width, columns: channels, shape: filled, axes: 'CHW', notices: [] });
  }
  if (wanted === 'HWC' && axes === 'CHW') {
    const [height, width, channels] = filled;
    return transposed({ lines: channels, columns: height * width, shape: filled, axes: 'HWC', notices: [] });
  }
  return unchanged(filled, axes);
}

/** Flattened or unflattened, in the order the numbers have. */
function reshaped({ shape, axes }: InstanceShape, inputShape: readonly number[]): RowArranger | undefined {
  const filled = fillOpenAxis(inputShape, elementCount(shape));
  if (!filled) return undefined;
  const long = (axis: number) => axis !== 1;
  const from = shape.filter(long);
  const to = filled.filter(long);
  if (to.length <= 1) {
    const several = from.length > 2;
    const order = axes === 'CHW' || axes === 'HWC' ? ` (${axes})` : '';
    const notice = `Instances of ${formatShape(shape)} are flattened in the file's own order${order}.`;
    return unchanged(filled, 'flat', several ? [notice] : []);
  }
  if (from.length <= 1) {
    const several = to.length > 2;
    const notice = `Flat instances are taken to be in the model's own order, ${formatShape(filled)}.`;
    return unchanged(filled, guessAxes(filled), several ? [notice] : []);
  }
  return undefined;
}

/** The shape with its one open axis filled in so that it holds `count` numbers; undefined where none does. */
function fillOpenAxis(inputShape: readonly number[], count: number): number[] | undefined {
  const open = inputShape.filter((axis) => axis === -1).length;
  const known = inputShape.reduce((product, axis) => (axis === -1 ? product : product * axis), 1);
  if (open > 1 || (open === 0 && known !== count) || (open === 1 && (known === 0 || count % known !== 0))) {
    return undefined;
  }
  return inputShape.map((axis) => (axis === -1 ? count / known : axis));
}
