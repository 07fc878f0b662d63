import { emptyPatterns, packPieces, planesFor, wordsPerRow, type PackedPatterns } from './packing';
import { PatternTable } from './patternTable';
import { assignToPrototypes } from '../prototypes/nearest';
import type { Layer, RecordedLevel } from './snapshot';

/** Takes in the pre-activations of a layer batch by batch and keeps its patterns. */
export interface LevelRecorder {
  /**
   * Takes in a batch.
   * @param z pre-activations [rows, units], row-major
   * @param from position of the batch's first row among all instances
   * @returns −1, or the flat index of the first value that is NaN or infinite
   */
  add(z: Float32Array | Float64Array, from: number, rows: number): number;
  /** The level when all rows were taken in. */
  finish(): RecordedLevel;
}

/** Bits of a unit of a layer with these breakpoints. */
export function bitsOf(breakpoints: ArrayLike<number>): number {
  return planesFor(breakpoints.length + 1);
}

/** Room for the packed rows of the largest batch so far. */
class Scratch {
  private patterns: PackedPatterns;

  constructor(private readonly layer: Layer) {
    this.patterns = emptyPatterns(0, layer.units, layer.bits);
  }

  atLeast(rows: number): PackedPatterns {
    if (this.patterns.count < rows) this.patterns = emptyPatterns(rows, this.layer.units, this.layer.bits);
    return this.patterns;
  }
}

/** Words of packed rows that wait for their table: 256 KiB. */
const WAITING_WORDS = 1 << 16;

/**
 * Keeps the exact patterns: the distinct ones, and the pattern of each instance.
 *
 * Packed rows wait until there are many. Between two batches the engine and the other levels drive the table out of the
 * processor's cache, so that going through it batch by batch would take three times as long.
 */
export class ExactRecorder implements LevelRecorder {
  private readonly table: PatternTable;
  private readonly ids: Int32Array;
  private waiting: PackedPatterns;
  private waitingFrom = 0;
  private waitingRows = 0;

  /** @param instances number of instances that will come in all */
  constructor(
    private readonly layer: Layer,
    private readonly breakpoints: readonly number[],
    instances: number,
  ) {
    this.table = new PatternTable(layer.units, layer.bits, instances);
    this.ids = new Int32Array(instances);
    this.waiting = emptyPatterns(0, layer.units, layer.bits);
    const room = Math.floor(WAITING_WORDS / wordsPerRow(this.waiting));
    this.waiting = emptyPatterns(Math.min(instances, room), layer.units, layer.bits);
  }

  add(z: Float32Array | Float64Array, from: number, rows: number): number {
    const follows = from === this.waitingFrom + this.waitingRows;
    if (!follows || this.waitingRows + rows > this.waiting.count) this.flush(from);
    if (this.waiting.count < rows) this.waiting = emptyPatterns(rows, this.layer.units, this.layer.bits);
    const words = this.waiting.words.subarray(this.waitingRows * wordsPerRow(this.waiting));
    const bad = packPieces(z, rows, this.breakpoints, { ...this.waiting, words });
    if (bad < 0) this.waitingRows += rows;
    return bad;
  }

  finish(): RecordedLevel {
    this.flush(0);
    return { layer: this.layer, exact: this.table.finish(this.ids) };
  }

  /** Takes the waiting rows into the table; the next to wait is row `from`. */
  private flush(from: number): void {
    this.table.add(this.waiting, this.waitingRows, this.ids, this.waitingFrom);
    this.waitingFrom = from;
    this.waitingRows = 0;
  }
}

/** Keeps, for a layer whose patterns are too many bits, only the nearest of given prototypes for each instance. */
export class CoarseRecorder implements LevelRecorder {
  private readonly of: Int32Array;
  private readonly distance: Int32Array;
  private readonly scratch: Scratch;

  constructor(
    private readonly layer: Layer,
    private readonly breakpoints: readonly number[],
    instances: number,
    private readonly modes: PackedPatterns,
  ) {
    this.of = new Int32Array(instances);
    this.distance = new Int32Array(instances);
    this.scratch = new Scratch(layer);
  }

  add(z: Float32Array | Float64Array, from: number, rows: number): number {
    const packed = this.scratch.atLeast(rows);
    const bad = packPieces(z, rows, this.breakpoints, packed);
    if (bad < 0) {
      const batch = { ...packed, count: rows };
      assignToPrototypes(
        this.modes,
        batch,
        this.of.subarray(from, from + rows),
        this.distance.subarray(from, from + rows),
      );
    }
    return bad;
  }

  finish(): RecordedLevel {
    const { layer, modes, of, distance } = this;
    return { layer, coarse: { modes, of, distance } };
  }
}
