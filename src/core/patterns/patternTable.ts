import { rankByOccurrences, type LevelNodes } from '../nodes';
import { emptyPatterns, wordsPerRow, type PackedPatterns } from './packing';

/** The distinct patterns of a level and the pattern of each instance. */
export interface PatternLevel extends LevelNodes {
  /** Row n is the pattern of node n. */
  patterns: PackedPatterns;
}

/**
 * Exact table of activation patterns: open addressing over packed words. A hash only says where to look; two patterns
 * are the same when all their words are.
 */
export class PatternTable {
  private words: Uint32Array;
  private counts: Int32Array;
  /** Slot → pattern + 1; 0 is empty. The number of slots is a power of two, at least twice the patterns. */
  private slots = new Int32Array(1024);
  private readonly stride: number;
  private readonly layout: PackedPatterns;
  private size = 0;

  /**
   * @param limit most patterns there can be (the number of instances), so that room never grows past what is needed
   */
  constructor(
    units: number,
    planes: number,
    private readonly limit: number,
  ) {
    this.layout = emptyPatterns(0, units, planes);
    this.stride = wordsPerRow(this.layout);
    const room = Math.max(1, Math.min(limit, 256));
    this.words = new Uint32Array(room * this.stride);
    this.counts = new Int32Array(room);
  }

  /** Number of distinct patterns so far. */
  get count(): number {
    return this.size;
  }

  /** Adds rows and writes their numbers, in order of first appearance, to `ids` from `at` on. */
  add(rows: PackedPatterns, count: number, ids: Int32Array, at: number): void {
    const { stride } = this;
    for (let row = 0; row < count; row++) {
      const offset = row * stride;
      const hash = hashWords(rows.words, offset, stride);
      let id = this.find(rows.words, offset, hash);
      if (id < 0) id = this.insert(rows.words, offset, hash);
      this.counts[id]++;
      ids[at + row] = id;
    }
  }

  /** Number of the pattern that is row `row` of `patterns`; −1 when the table does not hold it. */
  lookup(patterns: PackedPatterns, row: number): number {
    const offset = row * this.stride;
    return this.find(patterns.words, offset, hashWords(patterns.words, offset, this.stride));
  }

  /**
   * Closes the table: numbers by decreasing occurrences, ties by first instance.
   * @param ids the numbers that `add` gave, for all instances; renumbered in place
   */
  finish(ids: Int32Array): PatternLevel {
    const { size, stride } = this;
    const firstOf = new Int32Array(size).fill(-1);
    for (let i = 0; i < ids.length; i++) if (firstOf[ids[i]] < 0) firstOf[ids[i]] = i;
    const rank = rankByOccurrences(this.counts.subarray(0, size), firstOf);
    const patterns = emptyPatterns(size, this.layout.units, this.layout.planes);
    const occurrences = new Int32Array(size);
    const first = new Int32Array(size);
    for (let id = 0; id < size; id++) {
      const to = rank[id] * stride;
      for (let w = 0; w < stride; w++) patterns.words[to + w] = this.words[id * stride + w];
      occurrences[rank[id]] = this.counts[id];
      first[rank[id]] = firstOf[id];
    }
    for (let i = 0; i < ids.length; i++) ids[i] = rank[ids[i]];
    return { count: size, of: ids, occurrences, first, patterns };
  }

  private find(words: Uint32Array, offset: number, hash: number): number {
    const { slots, stride } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1;
      if (id < 0) return -1;
      if (equalWords(this.words, id * stride, words, offset, stride)) return id;
    }
  }

  private insert(words: Uint32Array, offset: number, hash: number): number {
    if (this.size === this.counts.length) this.growRoom();
    if (2 * (this.size + 1) > this.slots.length) this.growSlots();
    const id = this.size++;
    const to = id * this.stride;
    for (let w = 0; w < this.stride; w++) this.words[to + w] = words[offset + w];
    this.place(id, hash);
    return id;
  }

  private place(id: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = id + 1;
  }

  private growRoom(): void {
    const room = Math.max(this.size + 1, Math.min(this.limit, this.size * 2));
    this.words = grown(this.words, new Uint32Array(room * this.stride));
    this.counts = grown(this.counts, new Int32Array(room));
  }

  private growSlots(): void {
    this.slots = new Int32Array(this.slots.length * 4);
    for (let id = 0; id < this.size; id++) {
      this.place(id, hashWords(this.words, id * this.stride, this.stride));
    }
  }
}

/** The table of patterns that are known to be distinct: row n gets number n. For look-ups between levels. */
export function tableOf(patterns: PackedPatterns): PatternTable {
  const table = new PatternTable(patterns.units, patterns.planes, patterns.count);
  table.add(patterns, patterns.count, new Int32Array(patterns.count), 0);
  return table;
}

/** Exact patterns of rows that are all in memory. */
export function patternLevel(rows: PackedPatterns): PatternLevel {
  const table = new PatternTable(rows.units, rows.planes, rows.count);
  const ids = new Int32Array(rows.count);
  table.add(rows, rows.count, ids, 0);
  return table.finish(ids);
}

function grown<T extends Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

function equalWords(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, length: number): boolean {
  for (let w = 0; w < length; w++) if (a[aAt + w] !== b[bAt + w]) return false;
  return true;
}

/** Multiply and shift over the words, then the finisher of MurmurHash3 so that the low bits depend on all of them. */
function hashWords(words: Uint32Array, at: number, length: number): number {
  let hash = length;
  for (let w = 0; w < length; w++) {
    hash = Math.imul(hash ^ words[at + w], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
