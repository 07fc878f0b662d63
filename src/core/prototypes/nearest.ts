import { hammingUnits } from '../patterns/bits';
import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import { finishSteps, rowsPerStep, type WorkSteps } from '../workSteps';

/** Modes that are as near to a row as the one it was given to. */
export interface Ties {
  rows: number[];
  modes: number[];
}

/**
 * The nearest prototype of each row by Hamming distance in units; of several as near, the lowest.
 * @param modes patterns of the prototypes, at least one
 * @param rows any number of rows of the same layer
 * @param assignment the prototype of each row, written
 * @param distance its distance in units, written
 * @param occurrences where given, a prototype with none is passed over; at least one has some
 */
export function assignToPrototypes(
  modes: PackedPatterns,
  rows: PackedPatterns,
  assignment: Int32Array,
  distance: Int32Array,
  occurrences?: Int32Array,
): void {
  const live = Array.from({ length: modes.count }, (_, mode) => mode).filter(
    (mode) => !occurrences || occurrences[mode] > 0,
  );
  if (live.length === 0) throw new RangeError('expected at least one prototype');
  finishSteps(assignRows(modes, Int32Array.from(live), rows, assignment, distance));
}

/**
 * `assignToPrototypes` over some of the modes, ascending, in steps.
 *
 * Hamming distance is a metric: a mode more than twice as far from the best so far as that is from the row cannot be
 * nearer. And it only grows along the words: the count stops at the best so far.
 *
 * @param ties where given, receives every other mode that is as near as the one chosen
 */
export function* assignRows(
  modes: PackedPatterns,
  live: Int32Array,
  rows: PackedPatterns,
  assignment: Int32Array,
  distance: Int32Array,
  ties?: Ties,
): WorkSteps<void> {
  const between = yield* modeDistances(modes);
  const step = rowsPerStep(live.length * wordsPerRow(rows));
  let best = live[0];
  for (let from = 0; from < rows.count; from += step) {
    const to = Math.min(rows.count, from + step);
    best = assignRange({ modes, live, between, rows, assignment, distance, ties }, from, to, best);
    yield;
  }
}

/** What `assignRows` works on. */
interface Assigning {
  modes: PackedPatterns;
  live: Int32Array;
  between: Int32Array;
  rows: PackedPatterns;
  assignment: Int32Array;
  distance: Int32Array;
  ties?: Ties;
}

/** Assigns rows `from` … `to` − 1, beginning with a mode as a guess. Returns the mode of the last row. */
function assignRange(work: Assigning, from: number, to: number, guessed: number): number {
  const { modes, live, between, rows, assignment, distance, ties } = work;
  const stride = wordsPerRow(rows);
  const { count } = modes;
  let best = guessed;
  for (let row = from; row < to; row++) {
    // The mode of the row before is as good a first guess as any.
    const guess = best;
    const tiesBefore = ties ? ties.rows.length : 0;
    let least = hammingUnits(rows, rows.words, row * stride, modes.words, best * stride);
    for (const mode of live) {
      if (mode === guess || between[best * count + mode] > 2 * least) continue;
      const d = hammingUnits(rows, rows.words, row * stride, modes.words, mode * stride, least);
      if (d > least) continue;
      if (ties) noteTie(ties, tiesBefore, row, best, mode, d < least);
      if (d < least || mode < best) best = mode;
      least = d;
    }
    assignment[row] = best;
    distance[row] = least;
  }
  return best;
}

/** Notes that `best` and `mode` are as near to the row; a nearer mode makes its former ties void. */
function noteTie(ties: Ties, start: number, row: number, best: number, mode: number, nearer: boolean): void {
  if (nearer) {
    ties.rows.length = start;
    ties.modes.length = start;
  } else {
    ties.rows.push(row);
    ties.modes.push(Math.max(best, mode));
  }
}

/** Distances of every mode to every other, [count, count], in units. */
function* modeDistances(modes: PackedPatterns): WorkSteps<Int32Array> {
  const { count, words } = modes;
  const stride = wordsPerRow(modes);
  const distances = new Int32Array(count * count);
  const step = rowsPerStep(count * stride);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const distance = hammingUnits(modes, words, a * stride, words, b * stride);
      distances[a * count + b] = distance;
      distances[b * count + a] = distance;
    }
    if (a % step === 0) yield;
  }
  return distances;
}

/**
 * In steps: sets each mode without rows on the row farthest from its own mode, of those that share a mode with others, and gives it
 * the rows it is the nearest of.
 * @param assignment mode of each row, changed in place
 * @param distance distances of the rows to their modes, changed in place
 * @returns the modes set anew; a mode stays empty only where there are no more different rows than modes
 */
export function* fillEmptyModes(
  modes: PackedPatterns,
  rows: PackedPatterns,
  assignment: Int32Array,
  distance: Int32Array,
): WorkSteps<number[]> {
  const stride = wordsPerRow(rows);
  const step = rowsPerStep(stride);
  const filled = new Set<number>();
  const sizes = new Int32Array(modes.count);
  for (const mode of assignment) sizes[mode]++;
  // Each turn brings the sum of the distances down, so that modes cannot empty one another for ever.
  for (let mode = sizes.indexOf(0); mode >= 0; mode = sizes.indexOf(0)) {
    const farthest = farthestSharing(sizes, assignment, distance);
    if (farthest < 0) break;
    modes.words.set(rows.words.subarray(farthest * stride, (farthest + 1) * stride), mode * stride);
    filled.add(mode);
    for (let from = 0; from < rows.count; from += step) {
      attract(mode, modes, rows, from, Math.min(rows.count, from + step), { assignment, distance, sizes });
      yield;
    }
  }
  return Array.from(filled);
}

/** Gives a mode the rows `from` … `to` − 1 that it is the nearest of. */
function attract(
  mode: number,
  modes: PackedPatterns,
  rows: PackedPatterns,
  from: number,
  to: number,
  { assignment, distance, sizes }: { assignment: Int32Array; distance: Int32Array; sizes: Int32Array },
): void {
  const stride = wordsPerRow(rows);
  for (let row = from; row < to; row++) {
    const least = distance[row];
    const d = hammingUnits(rows, rows.words, row * stride, modes.words, mode * stride, least);
    if (d > least || (d === least && mode > assignment[row])) continue;
    sizes[assignment[row]]--;
    sizes[mode]++;
    assignment[row] = mode;
    distance[row] = d;
  }
}

function farthestSharing(sizes: Int32Array, assignment: Int32Array, distance: Int32Array): number {
  let farthest = -1;
  for (let row = 0; row < assignment.length; row++) {
    if (sizes[assignment[row]] < 2 || distance[row] === 0) continue;
    if (farthest < 0 || distance[row] > distance[farthest]) farthest = row;
  }
  return farthest;
}
