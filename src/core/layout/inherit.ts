import { inverse } from './crossings';
import type { LevelOrder } from './order';

/** What of a picture the next one needs: the block of each instance and the order of the blocks, by level. */
export interface EarlierPicture {
  blockOf: Int32Array[];
  order: LevelOrder;
}

/**
 * The order in which the blocks of the next snapshot lie nearest to where their instances were in the last picture:
 * by the mean place of their instances, ties by block.
 * @param blockOf block of each instance now, by level; the same instances in the same order
 * @param blockCounts number of blocks, by level
 */
export function inheritOrder(
  earlier: EarlierPicture,
  blockOf: Int32Array[],
  blockCounts: number[],
): LevelOrder {
  return blockOf.map((of, l) => {
    const place = instancePlaces(earlier.blockOf[l], earlier.order[l]);
    const sum = new Float64Array(blockCounts[l]);
    const size = new Int32Array(blockCounts[l]);
    for (let i = 0; i < of.length; i++) {
      sum[of[i]] += place[earlier.blockOf[l][i]];
      size[of[i]]++;
    }
    const mean = sum.map((total, block) => (size[block] > 0 ? total / size[block] : 0));
    const blocks = Int32Array.from(mean.keys()).sort((a, b) => mean[a] - mean[b] || a - b);
    return inverse(blocks);
  });
}

/** Middle of each block in instances from the top, when the level is stacked in its order. */
function instancePlaces(of: Int32Array, rank: Int32Array): Float64Array {
  const size = new Int32Array(rank.length);
  for (const block of of) size[block]++;
  const place = new Float64Array(rank.length);
  let top = 0;
  for (const block of inverse(rank)) {
    place[block] = top + size[block] / 2;
    top += size[block];
  }
  return place;
}
