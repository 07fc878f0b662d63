/** A function of one number, with the largest number met on the way to its value: that is what rounding is relative to. */
export type Evaluate = (x: number) => { value: number; largest: number };

/** What a function of one number is. */
export type FunctionShape = { kind: 'affine' } | Pieces | { kind: 'smooth' };

/** Affine between its breakpoints, which are float32 numbers, ascending. `lines`: one more than those. */
export interface Pieces {
  kind: 'pieces';
  breakpoints: number[];
  lines: Line[];
}

/** y = slope · x + offset. */
export interface Line {
  slope: number;
  offset: number;
}

/** The numbers looked at reach from 10^−6 to 10^38, on both sides of 0. */
const decades: readonly [number, number] = [-6, 38];
const POINTS_PER_DECADE = 4;
/** More breakpoints than this are no pieces that anybody counts. */
const MOST_BREAKPOINTS = 16;
/** Parts of an interval that is looked at more closely, and how often that is done. */
const PARTS = 32;
const DEEPEST = 6;
/** Where between its ends an interval is tried. */
const inside = [0.13, 0.37, 0.5, 0.71, 0.93];

/** Shares of the way from a breakpoint: what lies between two that are close together must not be passed over. */
const close = [1e-4, 1e-3, 0.01, 0.05];

/** An interval on which the function is affine, or is not. */
interface Interval {
  from: number;
  to: number;
  line?: Line;
}

function grid(): number[] {
  const [first, last] = decades;
  const sizes = Array.from(
    { length: (last - first) * POINTS_PER_DECADE + 1 },
    (_, i) => 10 ** (first + i / POINTS_PER_DECADE),
  );
  return [...sizes.map((size) => -size).reverse(), ...sizes];
}

const points = grid();

/** Whether a value is that of a line, as nearly as rounding lets it be. */
function onLine(line: Line, x: number, { value, largest }: ReturnType<Evaluate>): boolean {
  const wanted = line.slope * x + line.offset;
  const size = Math.max(largest, Math.abs(value), Math.abs(line.slope * x), Math.abs(line.offset));
  return Math.abs(value - wanted) <= 1e-12 * size;
}

/** The line through two points of the function; undefined where a value is not finite. */
function lineThrough(f: Evaluate, a: number, b: number): Line | undefined {
  const [ya, yb] = [f(a).value, f(b).value];
  if (!Number.isFinite(ya) || !Number.isFinite(yb)) return undefined;
  const slope = (yb - ya) / (b - a);
  // From the end nearer to 0, where the offset loses least to rounding.
  return { slope, offset: Math.abs(a) < Math.abs(b) ? ya - slope * a : yb - slope * b };
}

/** An interval with its line where the function is affine on it. */
function look(f: Evaluate, from: number, to: number): Interval {
  // Not at the very ends: a breakpoint there belongs to one side only.
  const width = to - from;
  const line = lineThrough(f, from + width * 0.01, to - width * 0.01);
  if (!line) return { from, to };
  const affine = inside.every((share) => {
    const x = from + width * share;
    return onLine(line, x, f(x));
  });
  return affine ? { from, to, line } : { from, to };
}

/** Whether two lines are one, seen from between two numbers. */
function sameLine(f: Evaluate, one: Interval, other: Interval): boolean {
  const middle = (each: Interval): number => (each.from + each.to) / 2;
  return (
    onLine(one.line!, middle(other), f(middle(other))) && onLine(other.line!, middle(one), f(middle(one)))
  );
}

/** The float32 next to a number, upwards. */
function nextFloat(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getInt32(0);
  if (value === 0) view.setInt32(0, 1);
  else view.setInt32(0, value > 0 ? bits + 1 : bits - 1);
  return view.getFloat32(0);
}

/** Of two neighbouring float32 numbers the one that a person would have written. */
function rounder(one: number, other: number): number {
  const digits = (value: number): number => String(Number(value.toPrecision(7))).length;
  const exact = (value: number): boolean => Math.fround(Number(value.toPrecision(7))) === value;
  if (exact(one) !== exact(other)) return exact(one) ? one : other;
  return digits(other) < digits(one) ? other : one;
}

/** A stretch's end at a breakpoint: its line, and how far the stretch reaches from there. */
interface Side {
  line: Line;
  /** The end, about where the breakpoint is. */
  end: number;
  /** A number inside, at some distance. */
  within: number;
}

/** One side of a breakpoint. The line is taken over a length at which rounding does not show. */
function sideOf(f: Evaluate, { from, to }: Interval, end: number): Side {
  const length = Math.min(to - from, Math.max(1, Math.abs(end)));
  const within = end === to ? end - length : end + length;
  const near = end + (within - end) * 0.05;
  return { line: lineThrough(f, near, within) ?? { slope: NaN, offset: NaN }, end, within };
}

/** Whether the function follows the lines of both sides up to a number. */
function follows(f: Evaluate, left: Side, right: Side, at: number): boolean {
  return [...close, ...inside].every((share) => {
    const before = at + (left.within - at) * share;
    const after = at + (right.within - at) * share;
    return onLine(left.line, before, f(before)) && onLine(right.line, after, f(after));
  });
}

/** Where between two numbers the function leaps from one line to another. */
function leap(f: Evaluate, left: Line, right: Line, [from, to]: [number, number]): number {
  const ofLeft = (x: number): boolean => {
    const { value } = f(x);
    const apart = (line: Line): number => Math.abs(line.slope * x + line.offset - value);
    return apart(left) <= apart(right);
  };
  let low = Math.fround(from);
  let high = Math.fround(to);
  while (nextFloat(low) < high) {
    const middle = Math.fround(low + (high - low) / 2);
    if (middle <= low || middle >= high) break;
    if (ofLeft(middle)) low = middle;
    else high = middle;
  }
  return rounder(low, high);
}

/** The one number at which two affine stretches meet; undefined where they do not meet at one between them. */
function meeting(f: Evaluate, one: Interval, other: Interval): number | undefined {
  const left = sideOf(f, one, one.to);
  const right = sideOf(f, other, other.from);
  // An interval is not tried at its very ends, so that a breakpoint may lie a little inside.
  const room = 0.02 * Math.max(Math.abs(left.end), Math.abs(right.end), right.end - left.end);
  const range: [number, number] = [
    Math.max(left.end - room, left.within),
    Math.min(right.end + room, right.within),
  ];
  const crossing = (left.line.offset - right.line.offset) / (right.line.slope - left.line.slope);
  if (crossing >= range[0] && crossing <= range[1]) {
    const noise = 4e-15 * Math.max(right.within - left.within, Math.abs(left.line.offset));
    const at = Math.abs(crossing) < noise ? 0 : Math.fround(crossing);
    if (follows(f, left, right, at)) return at;
  }
  const at = leap(f, left.line, right.line, range);
  return follows(f, left, right, at) ? at : undefined;
}

/** Affine stretches of a list of intervals, neighbours of one line joined; the others between them. */
function stretches(f: Evaluate, intervals: readonly Interval[]): Interval[] {
  const out: Interval[] = [];
  let before = intervals[0];
  for (const interval of intervals) {
    const last = out[out.length - 1];
    if (last && !last.line && !interval.line) last.to = interval.to;
    else if (last?.line && interval.line && sameLine(f, before, interval)) last.to = interval.to;
    else out.push({ ...interval });
    before = interval;
  }
  return out;
}

/** Cuts what is not affine into parts, again and again, until breakpoints stand alone; undefined where they never do. */
function refine(f: Evaluate, intervals: readonly Interval[], depth: number): Interval[] | undefined {
  const found = stretches(f, intervals);
  const open = found.filter(({ line }) => !line).length;
  if (open > MOST_BREAKPOINTS || found.length > 4 * MOST_BREAKPOINTS) return undefined;
  const settled = found.every((interval, i) => {
    if (interval.line) {
      return i === 0 || !found[i - 1].line || meeting(f, found[i - 1], interval) !== undefined;
    }
    const [left, right] = [found[i - 1], found[i + 1]];
    return left?.line && right?.line ? meeting(f, left, right) !== undefined : false;
  });
  if (settled) return found.filter(({ line }) => line);
  if (depth === 0) return undefined;
  const finer = found.flatMap((interval) => {
    if (interval.line) return [interval];
    const width = (interval.to - interval.from) / PARTS;
    return Array.from({ length: PARTS }, (_, k) =>
      look(f, interval.from + k * width, interval.from + (k + 1) * width),
    );
  });
  return refine(f, finer, depth - 1);
}

/**
 * What a function of one number is: it is tried on a grid; where it is not affine, the interval is cut into smaller ones
 * until single breakpoints are left (two affine stretches meet at the crossing of their lines; where the function leaps,
 * bisection finds the number), or until there are too many: then it is smooth. A function that is not finite somewhere
 * is counted among the smooth ones.
 */
export function shapeOf(f: Evaluate): FunctionShape {
  const intervals = points.slice(1).map((to, i) => look(f, points[i], to));
  const bent = intervals.filter(({ line }) => !line).length;
  if (bent > 2 * MOST_BREAKPOINTS) return { kind: 'smooth' };
  const found = refine(f, intervals, DEEPEST);
  if (!found) return { kind: 'smooth' };
  if (found.length === 1) return { kind: 'affine' };
  const breakpoints = found.slice(1).map((right, i) => meeting(f, found[i], right)!);
  // Near a breakpoint: far away a line's offset is lost to rounding.
  const lines = found.map((each, i) => sideOf(f, each, i === 0 ? each.to : each.from).line);
  return { kind: 'pieces', breakpoints, lines };
}
