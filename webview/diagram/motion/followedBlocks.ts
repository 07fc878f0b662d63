import type { ColumnContinuity, Scene } from '../../../src/protocol/scene';

/** Codes of `ColumnContinuity.change`. */
export const CONTINUED = 0;
const SPLIT = 1;
export const NEW = 2;

/** How a column of a scene goes on from the scene before; undefined where there is no such column. */
export function continuityAt(scene: Scene, column: number): ColumnContinuity | undefined {
  if (scene.kind === 'patterns') return column === 0 ? scene : undefined;
  return scene.columns[column];
}

/**
 * What became of a block since the last picture, in words; empty where it goes on, or where all is new because there
 * was none.
 */
export function becameText(continuity: ColumnContinuity | undefined, block: number): string[] {
  if (!continuity?.change.some((code) => code !== NEW)) return [];
  const { change, mergedInto } = continuity;
  const words: Record<number, string> = {
    [SPLIT]: 'split off since the last picture',
    [NEW]: 'new since the last picture',
  };
  const merged = mergedInto.filter((into) => into === block).length;
  return [
    ...(words[change[block]] ? [words[change[block]]] : []),
    ...(merged > 0
      ? [`${merged === 1 ? 'another was' : `${merged} others were`} merged into it since the last picture`]
      : []),
  ];
}
