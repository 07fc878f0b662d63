import { contingency, type Contingency } from '../contingency';
import { pieceOf, wordsPerRow, type PackedPatterns } from './packing';

/** What the units of a layer do over a whole dataset. */
export interface UnitActivity {
  /** Units in piece 0 on every instance. */
  dead: number;
  /** Units in their top piece on every instance. */
  alwaysOn: number;
  /** The others. */
  live: number;
  /** For each unit: 0 live, 1 dead, 2 always on. */
  state: Uint8Array;
}

/**
 * Dead, always-on and live units, from the distinct patterns of a level.
 * @param pieces number of pieces of the activation, so that `pieces − 1` is the top one
 */
export function unitActivity(patterns: PackedPatterns, pieces: number): UnitActivity {
  const { count, units, words } = patterns;
  const stride = wordsPerRow(patterns);
  const ever = new Int32Array(stride);
  const always = new Int32Array(stride).fill(-1);
  for (let row = 0, at = 0; row < count; row++) {
    for (let w = 0; w < stride; w++, at++) {
      ever[w] |= words[at];
      always[w] &= words[at];
    }
  }
  const state = new Uint8Array(units);
  let dead = 0;
  let alwaysOn = 0;
  const anyBits: PackedPatterns = { ...patterns, count: 1, words: Uint32Array.from(ever, (w) => w >>> 0) };
  const allBits: PackedPatterns = { ...patterns, count: 1, words: Uint32Array.from(always, (w) => w >>> 0) };
  for (let j = 0; j < units; j++) {
    const any = pieceOf(anyBits, 0, j);
    if (any === 0) {
      state[j] = 1;
      dead++;
    } else if (any === pieces - 1 && pieceOf(allBits, 0, j) === pieces - 1) {
      // The bits that were ever set are those of the top piece, and all of them were always set.
      state[j] = 2;
      alwaysOn++;
    }
  }
  return { dead, alwaysOn, live: units - dead - alwaysOn, state };
}

/** Units that stand for a class: the same in nearly all its instances. */
export interface ClassCore {
  class: number;
  /** Correctly predicted instances it was taken from. */
  instances: number;
  /** Units above piece 0 for at least the wanted share of them. */
  on: number;
  /** Units in piece 0 for at least the wanted share of them. */
  off: number;
}

/**
 * Class cores (Geng et al. 2023): for each class the units that are on, or off, for at least `share` of its correctly
 * predicted instances. Readable on wide layers where exact patterns are not.
 */
export function classCores({
  patterns,
  of,
  labels,
  correct,
  classes,
  share = 0.95,
}: {
  patterns: PackedPatterns;
  of: Int32Array;
  labels: Int32Array;
  correct: Uint8Array;
  classes: number;
  share?: number;
}): ClassCore[] {
  // Instances that are not predicted right are a class of their own, which is left out.
  const classOf = new Int32Array(labels.length);
  for (let i = 0; i < classOf.length; i++) classOf[i] = correct[i] === 0 ? classes : labels[i];
  const table = contingency(classOf, classes + 1, of, patterns.count);
  return Array.from({ length: classes }, (_, c): ClassCore => {
    const from = table.offsets[c];
    const to = table.offsets[c + 1];
    let instances = 0;
    for (let e = from; e < to; e++) instances += table.count[e];
    let on = 0;
    let off = 0;
    for (const count of unitCounts(patterns, table, from, to)) {
      if (instances === 0) break;
      // Quotients are rounded as the share itself was; share × instances could come out just above a whole number.
      if (count / instances >= share) on++;
      if ((instances - count) / instances >= share) off++;
    }
    return { class: c, instances, on, off };
  });
}

/**
 * For each unit, how many instances have it above piece 0; entries `from` to `to` of the table are their patterns.
 * Counted by bytes first, so that a pattern costs one addition for eight units.
 */
function unitCounts(patterns: PackedPatterns, table: Contingency, from: number, to: number): Int32Array {
  const { units, planes, wordsPerPlane, words } = patterns;
  const byteCounts = new Int32Array(wordsPerPlane * 4 * 256);
  for (let e = from; e < to; e++) {
    const at = table.column[e] * planes * wordsPerPlane;
    const weight = table.count[e];
    for (let w = 0; w < wordsPerPlane; w++) {
      let bits = 0;
      for (let p = 0; p < planes; p++) bits |= words[at + p * wordsPerPlane + w];
      for (let byte = 0; byte < 4; byte++) {
        byteCounts[(((w << 2) + byte) << 8) + ((bits >>> (byte << 3)) & 255)] += weight;
      }
    }
  }
  const counts = new Int32Array(wordsPerPlane * 32);
  for (let i = 0; i < byteCounts.length; i++) {
    if (byteCounts[i] === 0) continue;
    const firstUnit = (i >>> 8) << 3;
    for (let bit = 0; bit < 8; bit++) if ((i >>> bit) & 1) counts[firstUnit + 7 - bit] += byteCounts[i];
  }
  return counts.subarray(0, units);
}
