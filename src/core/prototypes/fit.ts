import { emptyPatterns, wordsPerRow, type PackedPatterns } from '../patterns/packing';
import { Random } from '../random';
import { finishSteps, type WorkSteps } from '../workSteps';
import { ModeIteration } from './iterate';
import { assignRows, fillEmptyModes, type Ties } from './nearest';
import { countOccurrences, orderByOccurrences } from './orderPrototypes';
import { samplePatterns, type WeightedRows } from './sample';
import { seedRows } from './seeding';
import { matchPatterns, startModes, type PrototypeStart } from './start';

/** Prototypes of a level: its patterns, each given to the nearest of a few modes. */
export interface Prototypes {
  /** Number of prototypes. */
  count: number;
  /** Row p is the pattern of prototype p. */
  modes: PackedPatterns;
  /** Prototype of each distinct pattern. */
  assignment: Int32Array;
  /** Hamming distance of each distinct pattern to its prototype, in units. */
  distance: Int32Array;
  /** Instances of each prototype. 0 only after a start, where the level now has fewer patterns than prototypes. */
  occurrences: Int32Array;
  /** After a start: the prototypes, ascending, that continue none of the snapshot before. */
  reborn: number[];
}

export interface PrototypeOptions {
  /** Of the random choices; 1 when absent. */
  seed?: number;
  /** Patterns that the modes are fitted on; when absent 4,096, or 16 a prototype where that is more. */
  sampleSize?: number;
  /** Most turns of assigning and taking modes; when absent 10, or 3 after a start, whose modes are near already. */
  maxIterations?: number;
  /** Continues the prototypes of the snapshot before: they keep their numbers. */
  start?: PrototypeStart;
}

/** Most prototypes that can be fitted: more are no overview. A level with no more patterns than asked for has no limit. */
export const MAX_PROTOTYPES = 1024;

/** Rows drawn for each seed: more seed better but no better in the end. */
const TRIES = 3;

/**
 * Prototype patterns of a level: `k` modes, such that the patterns are near to theirs (k-modes, Huang 1998, from k-means++
 * seeds). They are fitted on a sample, then every pattern is given to the nearest mode; of several as near, the lowest.
 * With `k` at or above the number of patterns every pattern is its own prototype.
 *
 * Without a start prototypes are numbered by decreasing occurrences, ties by first pattern. The same arguments give the
 * same result, bit for bit. A level without patterns has no prototypes.
 *
 * @param patterns the distinct patterns
 * @param weights instances of each pattern, at least 1; 2³¹ − 1 in all at most
 * @param k whole, 1 … MAX_PROTOTYPES, and no fewer than a start has; a RangeError says so
 */
export function fitPrototypes(
  patterns: PackedPatterns,
  weights: Int32Array,
  k: number,
  options: PrototypeOptions = {},
): Prototypes {
  return finishSteps(prototypeSteps(patterns, weights, k, options));
}

/** `fitPrototypes` in steps: a wide level takes seconds. */
export function* prototypeSteps(
  patterns: PackedPatterns,
  weights: Int32Array,
  k: number,
  options: PrototypeOptions = {},
): WorkSteps<Prototypes> {
  const { start } = options;
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`expected a whole number of prototypes, found ${k}`);
  }
  if (start && start.count > k) {
    throw new RangeError(`expected at least the ${start.count} prototypes of the start, found ${k}`);
  }
  if (k >= patterns.count) return exactPrototypes(patterns, weights, k, start);
  if (k > MAX_PROTOTYPES) throw new RangeError(`expected at most ${MAX_PROTOTYPES} prototypes, found ${k}`);
  const random = new Random(options.seed ?? 1);
  const size = Math.max(2 * k, options.sampleSize ?? Math.max(4096, 16 * k));
  const sample = samplePatterns(patterns, weights, size, random);
  const turns = options.maxIterations ?? (start ? 3 : 10);
  yield;
  return start
    ? yield* continued(patterns, weights, sample, yield* startModes(patterns, start, k), turns)
    : yield* seeded({ patterns, weights, sample, k, random, turns });
}

/** Every pattern its own prototype. */
function exactPrototypes(
  patterns: PackedPatterns,
  weights: Int32Array,
  k: number,
  start: PrototypeStart | undefined,
): Prototypes {
  const distance = new Int32Array(patterns.count);
  if (!start) {
    const assignment = Int32Array.from({ length: patterns.count }, (_, pattern) => pattern);
    const modes = orderByOccurrences(patterns, assignment, weights, { rows: [], modes: [] });
    return collect({ modes, assignment, weights, distance, reborn: [] });
  }
  const { assignment, reborn } = matchPatterns(patterns.count, start, k);
  const highest = assignment.reduce((most, prototype) => Math.max(most, prototype), start.count - 1);
  const modes = emptyPatterns(highest + 1, patterns.units, patterns.planes);
  const stride = wordsPerRow(patterns);
  for (const [pattern, prototype] of assignment.entries()) {
    const row = patterns.words.subarray(pattern * stride, (pattern + 1) * stride);
    modes.words.set(row, prototype * stride);
  }
  return collect({ modes, assignment, weights, distance, reborn });
}

function* seeded({
  patterns,
  weights,
  sample,
  k,
  random,
  turns,
}: {
  patterns: PackedPatterns;
  weights: Int32Array;
  sample: WeightedRows;
  k: number;
  random: Random;
  turns: number;
}): WorkSteps<Prototypes> {
  const modes = emptyPatterns(k, patterns.units, patterns.planes);
  const stride = wordsPerRow(patterns);
  const seeds = yield* seedRows(sample.rows, { weights: sample.weights, k, random, tries: TRIES });
  for (const [mode, row] of seeds.entries()) {
    modes.words.set(sample.rows.words.subarray(row * stride, (row + 1) * stride), mode * stride);
  }
  yield* new ModeIteration(sample, modes).run(turns);
  let ties: Ties = { rows: [], modes: [] };
  const { assignment, distance } = yield* assignAll(patterns, modes, allOf(modes), ties);
  if ((yield* fillEmptyModes(modes, patterns, assignment, distance)).length > 0) {
    ties = { rows: [], modes: [] };
    yield* assignRows(modes, allOf(modes), patterns, assignment, distance, ties);
  }
  const ordered = orderByOccurrences(modes, assignment, weights, ties);
  return collect({ modes: ordered, assignment, weights, distance, reborn: [] });
}

function* continued(
  patterns: PackedPatterns,
  weights: Int32Array,
  sample: WeightedRows,
  { modes, live }: { modes: PackedPatterns; live: Int32Array },
  turns: number,
): WorkSteps<Prototypes> {
  const reborn = new Set<number>();
  const note = (filled: Iterable<number>): void => {
    for (const mode of filled) reborn.add(mode);
  };
  if (live.length < modes.count) {
    // Those without instances are set somewhere first: their empty pattern would draw rows like any other.
    const known = live.length > 0 ? live : Int32Array.of(0);
    if (live.length === 0) reborn.add(0);
    const { assignment, distance } = yield* assignAll(sample.rows, modes, known);
    note(yield* fillEmptyModes(modes, sample.rows, assignment, distance));
  }
  note(yield* new ModeIteration(sample, modes).run(turns));
  const { assignment, distance } = yield* assignAll(patterns, modes, allOf(modes));
  note(yield* fillEmptyModes(modes, patterns, assignment, distance));
  return collect({ modes, assignment, weights, distance, reborn: Array.from(reborn).sort((a, b) => a - b) });
}

function allOf(modes: PackedPatterns): Int32Array {
  return Int32Array.from({ length: modes.count }, (_, mode) => mode);
}

function* assignAll(
  rows: PackedPatterns,
  modes: PackedPatterns,
  live: Int32Array,
  ties?: Ties,
): WorkSteps<{ assignment: Int32Array; distance: Int32Array }> {
  const assignment = new Int32Array(rows.count);
  const distance = new Int32Array(rows.count);
  yield* assignRows(modes, live, rows, assignment, distance, ties);
  return { assignment, distance };
}

function collect({
  modes,
  assignment,
  weights,
  distance,
  reborn,
}: {
  modes: PackedPatterns;
  assignment: Int32Array;
  weights: Int32Array;
  distance: Int32Array;
  reborn: number[];
}): Prototypes {
  const occurrences = countOccurrences(assignment, weights, modes.count);
  return { count: modes.count, modes, assignment, distance, occurrences, reborn };
}
