import type { Snapshot } from '../../core/patterns/snapshot';

/** What a network says of the instances whose labels were changed on purpose. */
export interface NoiseReport {
  /** Instances of the snapshot with a changed label. */
  changed: number;
  /** Share of them that is given the changed label: learned by heart. */
  asTaught: number;
  /** Share of them that is given the label of before: learned from the others. */
  asBefore: number;
  /** Share of right predictions among all other instances. */
  others: number;
}

/**
 * How a network deals with labels that were changed on purpose (Arpit et al. 2017: networks learn what is general first, and
 * wrong labels by heart later).
 * @param originals class of before, by instance
 * @returns undefined without labels, or where none of the instances has a changed one
 */
export function reportNoise(
  { instances, predicted, labels }: Snapshot,
  originals: ReadonlyMap<number, number>,
): NoiseReport | undefined {
  if (!labels) return undefined;
  let changed = 0;
  let taught = 0;
  let before = 0;
  let right = 0;
  for (let row = 0; row < instances.length; row++) {
    const original = originals.get(instances[row]);
    const asLabel = predicted[row] === labels[row];
    if (original === undefined) {
      if (asLabel) right++;
      continue;
    }
    changed++;
    if (asLabel) taught++;
    if (predicted[row] === original) before++;
  }
  if (changed === 0) return undefined;
  const rest = instances.length - changed;
  return {
    changed,
    asTaught: taught / changed,
    asBefore: before / changed,
    others: rest === 0 ? 0 : right / rest,
  };
}
