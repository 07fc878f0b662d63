import { mergedKinds } from '../../src/core/appearance/mergedBlocks';
import type {
  FlowScene,
  PartitionScene,
  PatternsScene,
  Scene,
  SceneClass,
  SceneColumn,
} from '../../src/protocol/scene';
import { becameText } from './motion/followedBlocks';
import { addAll } from '../../src/core/lists';
import { formatCount, formatShare, pluralise } from '../../src/core/wording';

/** A class's part of a block. */
export interface ClassShare {
  /** Index into the scene's classes. */
  class: number;
  name: string;
  instances: number;
  share: number;
}

/** What is said of a block, set, row or ribbon: in the tooltip, to screen readers, in the table. */
export interface Description {
  title: string;
  facts: string[];
  /** Largest first. */
  shares: ClassShare[];
}

/** Describes a block of any view; column and block are indices of the scene. */
export function describeBlock(scene: Scene, column: number, block: number): Description {
  switch (scene.kind) {
    case 'flow':
    case 'time':
      return describeFlowBlock(scene, column, block);
    case 'partition':
      return describeSet(scene, column, block);
    case 'patterns':
      return describePattern(scene, block);
  }
}

/** Describes one class's flow from a block to one of the next column. */
export function describeRibbon(scene: FlowScene, gap: number, flow: number): Description {
  const flows = scene.flows[gap];
  const from = scene.columns[gap];
  const to = scene.columns[gap + 1];
  const instances = flows.instances[flow];
  const source = flows.source[flow];
  const target = flows.target[flow];
  return {
    title: `${scene.classes[flows.class[flow]].name}: ${pluralise(instances, 'instance')}`,
    facts: [
      `from ${nameOf(scene, gap, source)} (${formatShare(instances / from.instances[source])} of it)`,
      `to ${nameOf(scene, gap + 1, target)} (${formatShare(instances / to.instances[target])} of it)`,
    ],
    shares: [],
  };
}

/** What the filter to a flow is called: "3: relu_2, pattern 12 → relu_4, pattern 7". */
export function ribbonTitle(scene: FlowScene, gap: number, flow: number): string {
  const { source, target, class: classOf } = scene.flows[gap];
  const ends = `${nameOf(scene, gap, source[flow])} → ${nameOf(scene, gap + 1, target[flow])}`;
  return `${scene.classes[classOf[flow]].name}: ${ends}`;
}

/** Describes a unit of the patterns view; `unit` is its place among the shown ones. */
export function describeUnit(scene: PatternsScene, row: number, unit: number): string[] {
  const state = ['', ' · dead: never on', ' · always on'][scene.unitState[unit]];
  return [
    `unit ${scene.units[unit]}: piece ${scene.piecesOf[row * scene.units.length + unit]}${state}`,
    `tells ${scene.information[unit].toFixed(2)} bits of the class`,
  ];
}

/** The same in one line, for announcements. */
export function sayDescription({ title, facts, shares }: Description): string {
  const classes = shares.slice(0, 3).map(({ name, share }) => `${name} ${formatShare(share)}`);
  return [title, ...facts, ...classes].join(', ');
}

/** Column and block in a few words: "relu_2, pattern 12". */
function nameOf(scene: FlowScene, column: number, block: number): string {
  const { head, kind, node, nodes, word } = scene.columns[column];
  if (word === 'output') return `predicted ${scene.outputs[block]?.name ?? block}`;
  const what = kind[block] === 'alone' ? `${word} ${node[block]}` : pluralise(nodes[block], word);
  return `${head.title[0]}, ${what}`;
}

function describeFlowBlock(scene: FlowScene, c: number, block: number): Description {
  const column = scene.columns[c];
  const { instances, kind, nodes, word } = column;
  const share = formatShare(instances[block] / Math.max(1, scene.instances));
  const facts = [`${pluralise(instances[block], 'instance')} · ${share} of those shown`];
  if (kind[block] !== 'alone') {
    const merged = mergedKinds.find((entry) => entry.kind === kind[block])!;
    facts.push(`${pluralise(nodes[block], word)} ${merged.text}`);
  }
  if (word !== 'output') addAll(facts, becameText(column, block));
  return { title: nameOf(scene, c, block), facts, shares: sharesOf(scene.classes, column, block) };
}

function describeSet(scene: PartitionScene, c: number, block: number): Description {
  const column = scene.columns[c];
  const instances = column.instances[block];
  const last = c === scene.columns.length - 1;
  const leaf = column.leaf[block] === 1;
  const sets = leaf
    ? pluralise(column.sets[block], 'cluster')
    : pluralise(column.sets[block], 'set that is split further back', 'sets that are split further back');
  const output = scene.outputs[column.output[block]]?.name ?? String(column.output[block]);
  return {
    title: last ? `predicted ${output}` : `${column.head.title[0]}, ${sets}`,
    facts: [
      `${pluralise(instances, 'instance')} · ${formatShare(instances / Math.max(1, scene.instances))} of those shown`,
      ...(last ? [] : [`mostly predicted ${output}`]),
      ...(leaf && !last ? ['nothing further back tells more of the output'] : []),
      ...(last ? [] : becameText(column, block)),
    ],
    shares: sharesOf(scene.classes, column, block),
  };
}

function describePattern(scene: PatternsScene, row: number): Description {
  const { word, node, occurrences, majority, purity } = scene;
  const share = formatShare(occurrences[row] / Math.max(1, scene.instances));
  return {
    title: `${scene.head.title[0]}, ${word} ${node[row]}`,
    facts: [
      `${pluralise(occurrences[row], 'instance')} · ${share} of those shown`,
      `mostly ${scene.classes[majority[row]]?.name ?? majority[row]} (${formatShare(purity[row])})`,
      ...becameText(scene, row),
    ],
    shares: [],
  };
}

function sharesOf(
  classes: SceneClass[],
  column: Pick<SceneColumn, 'offsets' | 'histogramClass' | 'histogramCount' | 'instances'>,
  block: number,
): ClassShare[] {
  const shares: ClassShare[] = [];
  for (let e = column.offsets[block]; e < column.offsets[block + 1]; e++) {
    const index = column.histogramClass[e];
    const instances = column.histogramCount[e];
    const share = instances / column.instances[block];
    shares.push({ class: index, name: classes[index]?.name ?? String(index), instances, share });
  }
  return shares.sort((a, b) => b.instances - a.instances || a.class - b.class);
}

/** What the whole drawing shows, as its label for screen readers. */
export function describeScene(scene: Scene, run: string, snapshot: string): string {
  const views = {
    flow: 'Activation pattern diagram',
    partition: 'Partition by information gain',
    time: 'One level over the snapshots',
    patterns: 'Patterns of one level',
  };
  const columns =
    scene.kind === 'patterns'
      ? `${formatCount(scene.node.length)} of ${pluralise(scene.allPatterns, scene.word)}`
      : pluralise(scene.columns.length, 'column');
  return `${views[scene.kind]} of ${run}, ${snapshot}: ${pluralise(scene.instances, 'instance')}, ${columns}. Arrow keys move between blocks, with Shift onto ribbons, Enter selects, F filters, Escape goes back.`;
}

/** A block or a ribbon of a scene: what the pointer hits, or the keyboard is on. */
export type PartPlace = { column: number; block: number } | { gap: number; flow: number };

/** A block or ribbon. */
export function describePart(scene: Scene, place: PartPlace): Description {
  if (!('flow' in place)) return describeBlock(scene, place.column, place.block);
  if (scene.kind === 'flow' || scene.kind === 'time') return describeRibbon(scene, place.gap, place.flow);
  throw new Error(`a ${scene.kind} scene has no ribbons`);
}
