import type { Scene } from '../../src/protocol/scene';
import { describeBlock } from '../diagram/describe';
import { formatCount, formatShare } from '../../src/core/wording';

/** A diagram as rows of text: what the canvas shows, for those who cannot see it. */
export interface DiagramTable {
  columns: string[];
  rows: string[][];
}

/** Classes that a row names; the others are summed. */
const NAMED_CLASSES = 5;

/** All blocks of a scene, column by column from the left, in each from the top. */
export function diagramTable(scene: Scene): DiagramTable {
  const columns = ['Column', 'Block', 'Instances', 'Share', 'Classes'];
  if (scene.kind === 'patterns') {
    const rows = Array.from(scene.node, (_, row) => tableRow(scene, scene.head.title[0], 0, row));
    return { columns, rows };
  }
  const rows = scene.columns.flatMap((column, c) => {
    const place = 'rank' in column ? column.rank : column.y;
    const blocks = Array.from(column.instances.keys()).sort((a, b) => place[a] - place[b]);
    return blocks.map((block) => tableRow(scene, column.head.title[0], c, block));
  });
  return { columns, rows };
}

function tableRow(scene: Scene, head: string, column: number, block: number): string[] {
  const { title, shares, facts } = describeBlock(scene, column, block);
  const instances =
    scene.kind === 'patterns' ? scene.occurrences[block] : scene.columns[column].instances[block];
  const named = shares.slice(0, NAMED_CLASSES).map(({ name, share }) => `${name} ${formatShare(share)}`);
  const rest = shares.slice(NAMED_CLASSES).reduce((sum, { share }) => sum + share, 0);
  if (rest > 0) named.push(`others ${formatShare(rest)}`);
  const name = title.startsWith(`${head}, `) ? title.slice(head.length + 2) : title;
  return [
    head,
    name,
    formatCount(instances),
    formatShare(instances / Math.max(1, scene.instances)),
    named.length > 0 ? named.join(', ') : (facts[1] ?? ''),
  ];
}
