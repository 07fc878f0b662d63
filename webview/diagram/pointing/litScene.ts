import type { Paths } from '../../../src/protocol/scene';
import {
  drawnColumn,
  type DrawnBox,
  type DrawnColumn,
  type DrawnRibbon,
  type DrawnScene,
} from '../drawnScene';

/**
 * The part of a scene that some paths take: each ribbon as thick as the instances of it that are on them, each block
 * filled to their share. Parts lie at the upper edges, so that those of a ribbon meet those of its blocks.
 */
export function litScene(scene: DrawnScene, paths: Paths): DrawnScene {
  const gaps = scene.gaps.map((gap, g) => litRibbons(gap, paths.flows[g]));
  const columns = scene.columns.map((column, c) => {
    const joined = scene.gaps[c] ? gaps[c] : gaps[c - 1];
    const end = scene.gaps[c] ? 'source' : 'target';
    return litColumn(column, paths.blocks[c], joined && litByClass(joined, end));
  });
  return { frame: scene.frame, columns, gaps };
}

function litRibbons(gap: DrawnRibbon[], lit: Int32Array | undefined): DrawnRibbon[] {
  const ribbons: DrawnRibbon[] = [];
  for (const ribbon of gap) {
    const instances = lit?.[ribbon.flow] ?? 0;
    if (instances === 0) continue;
    const share = instances / ribbon.instances;
    ribbons.push({
      ...ribbon,
      instances,
      thickness0: ribbon.thickness0 * share,
      thickness1: ribbon.thickness1 * share,
    });
  }
  return ribbons;
}

/** Lit instances of every block by class. */
function litByClass(ribbons: DrawnRibbon[], end: 'source' | 'target'): Map<number, Map<number, number>> {
  const blocks = new Map<number, Map<number, number>>();
  for (const ribbon of ribbons) {
    let classes = blocks.get(ribbon[end]);
    if (!classes) blocks.set(ribbon[end], (classes = new Map()));
    classes.set(ribbon.class, (classes.get(ribbon.class) ?? 0) + ribbon.instances);
  }
  return blocks;
}

function litColumn(
  column: DrawnColumn,
  lit: Int32Array | undefined,
  byClass: Map<number, Map<number, number>> | undefined,
): DrawnColumn {
  const boxes: DrawnBox[] = [];
  for (const box of column.boxes) {
    const instances = lit?.[box.block] ?? 0;
    if (instances === 0) continue;
    const classes = byClass?.get(box.block);
    const segments = box.segments
      .map((segment) => {
        // Without flows only the share of the whole block is known.
        const count = classes
          ? (classes.get(segment.class) ?? 0)
          : (segment.instances * instances) / box.instances;
        return { ...segment, instances: count, height: segment.height * (count / segment.instances) };
      })
      .filter((segment) => segment.instances > 0);
    boxes.push({ ...box, instances, segments });
  }
  return drawnColumn(column.source, column.x, column.width, boxes);
}
