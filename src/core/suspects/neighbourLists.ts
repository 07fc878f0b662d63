import { hammingUnits } from '../patterns/bits';
import type { LevelNodes } from '../nodes';
import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import { pathsThrough } from '../paths';
import { nodesOfLevel, type RecordedLevel } from '../patterns/snapshot';
import type { WorkSteps } from '../workSteps';

/** Distance of two rows that differ in every unit of one level. Levels weigh alike, whatever their widths. */
const LEVEL_DISTANCE = 1 << 18;
/** Neighbours that are kept at the most, as a multiple of those asked for: equals beyond it are taken evenly spread. */
const MOST_EQUALS = 4;
/** Words that are compared between two steps: some milliseconds' worth. */
const WORDS_PER_STEP = 1 << 22;

/** The nearest instances of a sample, for the rows of a snapshot. Rows on one path through all levels share a list. */
export interface NeighbourLists {
  /** List of each row; −1 for rows that were not asked for. */
  of: Int32Array;
  /** List n is `members[offsets[n] … offsets[n + 1])`: positions in the sample, ascending. */
  offsets: Int32Array;
  members: Int32Array;
}

/** What neighbours are looked for in. */
export interface NeighbourQuestion {
  levels: readonly RecordedLevel[];
  /** Rows of the snapshot that are compared with, ascending. */
  sample: Int32Array;
  /** Neighbours of a row, at least: those as near as the last one belong to them. */
  neighbours: number;
  /** 1 for each row whose neighbours are wanted; all where absent. */
  wanted?: Uint8Array;
}

/** The patterns of a level: exact, or the prototypes where only those were kept. */
interface LevelRows {
  patterns: PackedPatterns;
  nodes: LevelNodes;
  /** Distance of two rows that differ in one unit. */
  weight: number;
  stride: number;
  /** Words of the sample's rows, one behind the other. */
  sampled: Uint32Array;
}

/**
 * Looks for the nearest instances in a sample, by the mean over the levels of their Hamming distances as shares of the
 * units. Time is linear in rows × sample; rows on the same path are compared once. A row that is in the sample itself has
 * one neighbour more, so that it can be left out.
 */
export function* neighbourLists(question: NeighbourQuestion): WorkSteps<NeighbourLists> {
  const { sample, wanted } = question;
  const levels = question.levels.map((level) => levelRows(level, sample));
  const paths = pathsThrough(levels.map(({ nodes }) => nodes));
  const firsts = firstWanted(paths, wanted);
  const sampledPath = new Uint8Array(paths.count);
  for (const row of sample) sampledPath[paths.of[row]] = 1;
  const words = levels.reduce((sum, { stride }) => sum + stride, 0) * sample.length;
  const listOf = new Int32Array(paths.count).fill(-1);
  const collector = new Collector(sample.length, question.neighbours);
  let compared = 0;
  for (let path = 0; path < paths.count; path++) {
    if (firsts[path] < 0) continue;
    for (const [l, level] of levels.entries()) {
      addDistances(level, firsts[path], collector.distances, l === 0);
    }
    listOf[path] = collector.collect(sampledPath[path] === 1);
    compared += words;
    if (compared < WORDS_PER_STEP) continue;
    compared = 0;
    yield;
  }
  return { of: paths.of.map((path) => listOf[path]), ...collector.lists() };
}

function levelRows(level: RecordedLevel, sample: Int32Array): LevelRows {
  const { exact, coarse } = level;
  const patterns = exact ? exact.patterns : coarse.modes;
  const nodes = nodesOfLevel(level);
  const stride = wordsPerRow(patterns);
  const sampled = new Uint32Array(sample.length * stride);
  sample.forEach((row, j) => {
    const at = nodes.of[row] * stride;
    sampled.set(patterns.words.subarray(at, at + stride), j * stride);
  });
  const weight = Math.max(1, Math.round(LEVEL_DISTANCE / Math.max(1, patterns.units)));
  return { patterns, nodes, weight, stride, sampled };
}

/** First wanted row of each path; −1 where none is wanted. */
function firstWanted({ first, of, count }: LevelNodes, wanted: Uint8Array | undefined): Int32Array {
  if (!wanted) return first;
  const firsts = new Int32Array(count).fill(-1);
  for (let row = of.length - 1; row >= 0; row--) if (wanted[row] === 1) firsts[of[row]] = row;
  return firsts;
}

/** Adds the distances between a row and the sample in one level; those of the first level are set. */
function addDistances(level: LevelRows, row: number, distances: Int32Array, set: boolean): void {
  const { patterns, nodes, weight, stride, sampled } = level;
  const at = nodes.of[row] * stride;
  if (set) distances.fill(0);
  if (patterns.planes === 1 && stride < 8) {
    addNarrow(patterns.words, at, level, distances);
  } else {
    for (let j = 0, b = 0; j < distances.length; j++, b += stride) {
      distances[j] += weight * hammingUnits(patterns, patterns.words, at, sampled, b);
    }
  }
}

/** The same for rows of a few words, without a call for each: most of the time is spent here. */
function addNarrow(
  words: Uint32Array,
  at: number,
  { stride, sampled, weight }: LevelRows,
  distances: Int32Array,
): void {
  for (let w = 0; w < stride; w++) {
    const own = words[at + w];
    for (let j = 0, b = w; j < distances.length; j++, b += stride) {
      let x = own ^ sampled[b];
      x -= (x >>> 1) & 0x55555555;
      x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
      x = (x + (x >>> 4)) & 0x0f0f0f0f;
      distances[j] += weight * (Math.imul(x, 0x01010101) >>> 24);
    }
  }
}

/** Picks the nearest of a sample, list by list. */
class Collector {
  readonly distances: Int32Array;
  private members = new Int32Array(1024);
  private size = 0;
  private readonly offsets: number[] = [0];
  private readonly nearest: Int32Array;

  constructor(
    sampled: number,
    private readonly neighbours: number,
  ) {
    this.distances = new Int32Array(sampled);
    this.nearest = new Int32Array(Math.min(neighbours + 1, sampled));
  }

  /** @param oneMore where the row itself may be among them. @returns the number of the list */
  collect(oneMore: boolean): number {
    const { distances } = this;
    const count = Math.min(this.neighbours + (oneMore ? 1 : 0), distances.length);
    const radius = this.radius(count);
    let equals = 0;
    let nearer = 0;
    for (const distance of distances) {
      if (distance < radius) nearer++;
      else if (distance === radius) equals++;
    }
    const kept = Math.min(equals, MOST_EQUALS * this.neighbours - nearer);
    this.reserve(nearer + kept);
    let seen = 0;
    for (let j = 0; j < distances.length; j++) {
      const distance = distances[j];
      if (distance > radius) continue;
      if (distance === radius) {
        const before = Math.floor((seen * kept) / equals);
        seen++;
        if (Math.floor((seen * kept) / equals) === before) continue;
      }
      this.members[this.size++] = j;
    }
    return this.offsets.push(this.size) - 2;
  }

  lists(): { offsets: Int32Array; members: Int32Array } {
    return { offsets: Int32Array.from(this.offsets), members: this.members.slice(0, this.size) };
  }

  /** Least distance within which there are `count` of the sample. */
  private radius(count: number): number {
    const { distances, nearest } = this;
    if (count === 0) return -1;
    let held = 0;
    for (const distance of distances) {
      if (held === count && distance >= nearest[count - 1]) continue;
      let at = held < count ? held++ : count - 1;
      for (; at > 0 && nearest[at - 1] > distance; at--) nearest[at] = nearest[at - 1];
      nearest[at] = distance;
    }
    return nearest[count - 1];
  }

  private reserve(more: number): void {
    if (this.size + more <= this.members.length) return;
    const members = new Int32Array(Math.max(this.size + more, this.members.length * 2));
    members.set(this.members.subarray(0, this.size));
    this.members = members;
  }
}
