import { hammingUnits } from '../patterns/bits';
import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import { rowsPerStep, type WorkSteps } from '../workSteps';
import { writeMode } from './majority';
import { fillEmptyModes } from './nearest';
import type { WeightedRows } from './sample';

/**
 * k-modes: rows go to their nearest mode, modes become the mode of their rows, in turn. Bounds on the distances spare most
 * of them, as Hamming distance is a metric (Elkan 2003).
 */
export class ModeIteration {
  /** Mode of each row. */
  readonly assignment: Int32Array;
  /** At least the distance of each row to its mode, at most that far off as the mode has moved since. */
  private readonly distance: Int32Array;
  /** At most the distance of each row to each mode, [rows, modes]. */
  private readonly bounds: Int32Array;
  private readonly rows: PackedPatterns;
  private readonly weights: Int32Array;
  private readonly stride: number;

  /** @param modes at least one; changed in place */
  constructor(
    sample: WeightedRows,
    readonly modes: PackedPatterns,
  ) {
    this.rows = sample.rows;
    this.weights = sample.weights;
    this.stride = wordsPerRow(this.rows);
    this.assignment = new Int32Array(this.rows.count);
    this.distance = new Int32Array(this.rows.count).fill(this.rows.units);
    this.bounds = new Int32Array(this.rows.count * modes.count);
  }

  /**
   * Iterates until no row moves, but at most `turns` times; in steps.
   * @returns the modes that lost all their rows on the way and were set elsewhere
   */
  *run(turns: number): WorkSteps<Set<number>> {
    const reborn = new Set<number>();
    yield* this.assign();
    for (let turn = 0; turn < turns; turn++) {
      const filled = yield* this.update();
      for (const mode of filled) reborn.add(mode);
      if ((yield* this.assign()) === 0 && filled.length === 0) break;
    }
    return reborn;
  }

  /** Moves each row to its nearest mode, of several as near to the lowest. Returns how many rows moved. */
  private *assign(): WorkSteps<number> {
    const { rows, modes, stride } = this;
    const step = rowsPerStep(modes.count * stride);
    let moved = 0;
    for (let from = 0; from < rows.count; from += step) {
      moved += this.assignRange(from, Math.min(rows.count, from + step));
      yield;
    }
    return moved;
  }

  private assignRange(from: number, to: number): number {
    let moved = 0;
    for (let row = from; row < to; row++) {
      const before = this.assignment[row];
      this.assignRow(row);
      if (this.assignment[row] !== before) moved++;
    }
    return moved;
  }

  private assignRow(row: number): void {
    const { bounds, distance, modes, rows, stride } = this;
    const from = row * stride;
    const at = row * modes.count;
    const start = this.assignment[row];
    let best = start;
    let least = distance[row];
    let exact = false;
    for (let mode = 0; mode < modes.count; mode++) {
      if (mode === start || !canBeNearer(bounds[at + mode], mode, least, best)) continue;
      if (!exact) {
        // Only now is the distance to its own mode worth knowing exactly.
        least = hammingUnits(rows, rows.words, from, modes.words, start * stride);
        bounds[at + start] = least;
        exact = true;
        if (!canBeNearer(bounds[at + mode], mode, least, best)) continue;
      }
      const d = hammingUnits(rows, rows.words, from, modes.words, mode * stride, least);
      bounds[at + mode] = d;
      if (canBeNearer(d, mode, least, best)) {
        best = mode;
        least = d;
      }
    }
    this.assignment[row] = best;
    distance[row] = least;
  }

  /** Makes each mode the mode of its rows. Returns the modes that had none and were set elsewhere. */
  private *update(): WorkSteps<number[]> {
    const { modes, stride } = this;
    const filled = yield* fillEmptyModes(modes, this.rows, this.assignment, this.distance);
    const { order, starts } = this.members();
    const weights = Int32Array.from(order, (row) => this.weights[row]);
    const shift = new Int32Array(modes.count);
    for (let mode = 0; mode < modes.count; mode++) {
      const before = modes.words.slice(mode * stride, (mode + 1) * stride);
      const members = { rows: order, weights, begin: starts[mode], end: starts[mode + 1] };
      writeMode(this.rows, members, modes, mode);
      shift[mode] = hammingUnits(modes, before, 0, modes.words, mode * stride);
      yield;
    }
    this.shiftBounds(shift, filled);
    return filled;
  }

  /** Rows by mode: those of mode m are `order[starts[m]]` … `order[starts[m + 1] − 1]`, ascending. */
  private members(): { order: Int32Array; starts: Int32Array } {
    const { assignment, modes, rows } = this;
    const starts = new Int32Array(modes.count + 1);
    for (let row = 0; row < rows.count; row++) starts[assignment[row] + 1]++;
    for (let mode = 0; mode < modes.count; mode++) starts[mode + 1] += starts[mode];
    const next = starts.slice();
    const order = new Int32Array(rows.count);
    for (let row = 0; row < rows.count; row++) order[next[assignment[row]]++] = row;
    return { order, starts };
  }

  /** A mode that moved by so much is at most so much nearer to or farther from every row; of one set anew nothing is known. */
  private shiftBounds(shift: Int32Array, filled: number[]): void {
    const { assignment, bounds, distance, modes, rows } = this;
    const loss = shift.slice();
    for (const mode of filled) loss[mode] = modes.units;
    for (let row = 0; row < rows.count; row++) {
      distance[row] += shift[assignment[row]];
      const at = row * modes.count;
      for (let mode = 0; mode < modes.count; mode++) bounds[at + mode] -= loss[mode];
    }
  }
}

/** Whether a mode at this distance (or no nearer than that) comes before the best so far. */
function canBeNearer(distance: number, mode: number, least: number, best: number): boolean {
  return distance < least || (distance === least && mode < best);
}
