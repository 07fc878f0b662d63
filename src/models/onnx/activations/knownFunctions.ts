import { largest, smallest } from '../../../core/lists';
import type { Line } from './numberFunction';
import { gelu, sigmoid, softplus } from './scalarOps';

/** Smooth functions that have a name, as functions of x · s with any s > 0. */
const smooth: readonly [string, (x: number) => number][] = [
  ['SiLU', (x) => x * sigmoid(x)],
  ['Gelu', gelu],
  ['Sigmoid', sigmoid],
  ['Tanh', Math.tanh],
  ['Softplus', softplus],
  ['Mish', (x) => x * Math.tanh(softplus(x))],
  ['HardSwish', (x) => x * Math.min(Math.max(x + 3, 0), 6)],
  ['Elu', (x) => (x < 0 ? Math.expm1(x) : x)],
  ['Selu', (x) => (x < 0 ? 1.6732632 * Math.expm1(x) : x)],
  ['Softsign', (x) => x / (1 + Math.abs(x))],
];

/** Where functions are compared. */
const points = Array.from({ length: 33 }, (_, i) => (i - 16) / 2.6);
/** Scales of x that are tried, and how near a function must come, relative to its largest value. */
const scales = Array.from({ length: 61 }, (_, i) => 10 ** ((i - 30) / 20));
const TOLERANCE = 2e-3;

/** How far apart two functions are but for a factor above 0, relative to the first one's largest value. */
function apart(values: readonly number[], g: (x: number) => number): number {
  const others = points.map(g);
  const size = largest(values.map(Math.abs));
  let product = 0;
  let square = 0;
  values.forEach((value, i) => {
    product += value * others[i];
    square += others[i] ** 2;
  });
  const factor = product / square;
  if (!(factor > 0)) return Infinity;
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - factor * others[i])), 0) / size;
}

/** The smallest distance over scales of x about one of them: the interval is cut by thirds. */
function refined(values: readonly number[], g: (x: number) => number, scale: number): number {
  let [low, high] = [scale / 1.13, scale * 1.13];
  const at = (s: number): number => apart(values, (x) => g(x * s));
  for (let step = 0; step < 40; step++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (at(a) < at(b)) high = b;
    else low = a;
  }
  return at((low + high) / 2);
}

/** The name of a smooth function, whatever factors stand before it and before its x; undefined where it has none. */
export function smoothName(f: (x: number) => number): string | undefined {
  const values = points.map(f);
  if (!values.every(Number.isFinite)) return undefined;
  const exact = smooth.find(([, g]) => apart(values, g) < TOLERANCE);
  if (exact) return exact[0];
  for (const [name, g] of smooth) {
    const distances = scales.map((scale) => apart(values, (x) => g(x * scale)));
    const nearest = distances.indexOf(smallest(distances));
    if (refined(values, g, scales[nearest]) < TOLERANCE) return name === 'SiLU' ? 'Swish' : name;
  }
  return undefined;
}

const none = (value: number): boolean => Math.abs(value) < 1e-9;

/**
 * The name of a piecewise linear function by its pieces, whatever factor above 0 stands before it; undefined where it has none.
 * @param lines one more than breakpoints
 */
export function piecesName(breakpoints: readonly number[], lines: readonly Line[]): string | undefined {
  const slopes = lines.map(({ slope }) => slope);
  const scale = largest(slopes.map(Math.abs));
  if (none(scale)) return undefined;
  const flat = slopes.map((slope) => none(slope / scale));
  const through0 = lines.map(({ offset }) => none(offset / scale));
  const last = slopes[slopes.length - 1];
  if (breakpoints.length === 1) {
    if (!through0[0] || !through0[1] || last <= 0) return undefined;
    return nameOfTwo(breakpoints[0], slopes, flat[0]);
  }
  if (breakpoints.length !== 2) return undefined;
  if (flat[0] && flat[2] && slopes[1] > 0) return 'Clip';
  return flat[1] && slopes[0] > 0 && none((slopes[0] - last) / scale) ? 'Shrink' : undefined;
}

/** Two lines through 0, the second of which rises. */
function nameOfTwo(breakpoint: number, [first, last]: readonly number[], flat: boolean): string | undefined {
  if (flat) return breakpoint === 0 ? 'Relu' : 'ThresholdedRelu';
  if (breakpoint !== 0) return undefined;
  return none((first + last) / last) ? 'Abs' : 'LeakyRelu';
}
