import { contingency, type Contingency } from '../contingency';
import { entropyOf } from './entropy';
import { pieceOf, type PackedPatterns } from '../patterns/packing';

/** What each unit of a layer tells of a class, over some instances. */
export interface UnitInformation {
  /** I(class; piece of the unit) in bits, by unit. */
  information: Float64Array;
  /** By unit: 0 live, 1 dead (piece 0 on all instances), 2 always on (its top piece on all). */
  state: Uint8Array;
}

/**
 * Mutual information of every unit's piece and a class of the instances.
 * @param patterns distinct patterns of the layer, of instances that may be fewer than they were recorded of
 * @param of pattern of each instance
 * @param classOf class of each instance
 * @param pieces pieces of the activation
 */
export function unitInformation({
  patterns,
  of,
  classOf,
  classes,
  pieces,
}: {
  patterns: PackedPatterns;
  of: Int32Array;
  classOf: Int32Array;
  classes: number;
  pieces: number;
}): UnitInformation {
  const { units } = patterns;
  const table = contingency(classOf, classes, of, patterns.count);
  const total = of.length;
  const perClass = new Float64Array(classes);
  const byClass = Array.from({ length: classes }, (_, c) => {
    for (let e = table.offsets[c]; e < table.offsets[c + 1]; e++) perClass[c] += table.count[e];
    return pieceCounts(patterns, table, c, pieces);
  });
  const classEntropy = entropyOf(perClass);
  const information = new Float64Array(units);
  const state = new Uint8Array(units);
  const counts = new Float64Array(classes);
  for (let j = 0; j < units; j++) {
    let conditional = 0;
    for (let p = 0; p < pieces; p++) {
      let inPiece = 0;
      for (let c = 0; c < classes; c++) {
        counts[c] = byClass[c][p * units + j];
        inPiece += counts[c];
      }
      if (inPiece > 0) conditional += (inPiece / total) * entropyOf(counts);
      if (inPiece === total && total > 0) state[j] = p === 0 ? 1 : p === pieces - 1 ? 2 : 0;
    }
    information[j] = Math.max(0, classEntropy - conditional);
  }
  return { information, state };
}

/** Instances of class `c` by piece and unit: [pieces, units]. */
function pieceCounts(patterns: PackedPatterns, table: Contingency, c: number, pieces: number): Float64Array {
  const { units, planes, wordsPerPlane, words } = patterns;
  const counts = new Float64Array(pieces * units);
  let all = 0;
  for (let e = table.offsets[c]; e < table.offsets[c + 1]; e++) {
    const pattern = table.column[e];
    const weight = table.count[e];
    all += weight;
    if (planes > 1) {
      for (let j = 0; j < units; j++) counts[pieceOf(patterns, pattern, j) * units + j] += weight;
      continue;
    }
    for (let w = 0; w < wordsPerPlane; w++) {
      for (let bits = words[pattern * wordsPerPlane + w]; bits !== 0; bits &= bits - 1) {
        counts[units + (w << 5) + ((31 - Math.clz32(bits & -bits)) ^ 7)] += weight;
      }
    }
  }
  if (planes === 1) for (let j = 0; j < units; j++) counts[j] = all - counts[units + j];
  return counts;
}
