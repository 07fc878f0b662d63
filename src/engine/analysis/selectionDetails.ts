import { classColourNumber } from './colouring';
import { correctnessOf } from '../../core/diagram';
import type { BlockKind } from '../../core/overview';
import { pieceOf } from '../../core/patterns/packing';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { InstanceRow, InstancesPage, PatternRow, SelectionDetails } from '../../protocol/engine';
import type { BlockReference, PartsSelection, Selection } from '../../protocol/state';
import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from './analyse';
import { wordOf } from '../scenes/columnHeads';
import type { ShownSnapshot } from './shownSnapshot';
import { blockName, columnName, flowName } from '../scenes/partNames';
import type { SceneModel } from '../scenes/sceneModel';
import { largestBlocks } from '../scenes/instancePaths';
import { addAll } from '../../core/lists';
import { formatCount, formatShare, pluralise, snapshotName } from '../../core/wording';

/** Most instances of one page. */
const LONGEST_PAGE = 10_000;
/** Blocks of each column that are named as destinations. */
const DESTINATIONS = 5;

/** A page of the instances of some rows of a scene, in the dataset's order. */
export function instancesPage({
  run,
  model,
  look: { whole },
  rows,
  from,
  count,
  originals,
}: {
  run: Run;
  model: SceneModel;
  look: ShownSnapshot;
  rows: Int32Array;
  from: number;
  count: number;
  originals?: ReadonlyMap<number, number>;
}): InstancesPage {
  const start = Math.max(0, Math.floor(from));
  const page = rows.slice(start, start + Math.min(LONGEST_PAGE, Math.max(0, Math.floor(count))));
  if (!whole) return { total: rows.length, from: start, rows: [] };
  const at = positionsOf(
    whole.snapshot,
    page.map((row) => model.instances[row]),
  );
  const named = Array.from(at, (row) => instanceRow(run, whole, row, originals));
  return { total: rows.length, from: start, rows: named };
}

/** Positions of instances in a snapshot. */
function positionsOf({ instances }: Snapshot, numbers: Int32Array): Int32Array {
  const at = new Map<number, number>();
  const wanted = new Set(numbers);
  instances.forEach((instance, row) => {
    if (wanted.has(instance)) at.set(instance, row);
  });
  return numbers.map((instance) => at.get(instance) ?? -1).filter((row) => row >= 0);
}

function instanceRow(
  run: Run,
  { snapshot, resolved }: AnalysedSnapshot,
  row: number,
  originals?: ReadonlyMap<number, number>,
): InstanceRow {
  const { instances, predicted, labels, splits } = snapshot;
  const name = (c: number) => run.manifest.classes[c] ?? String(c);
  const original = originals?.get(instances[row]);
  return {
    instance: instances[row],
    label: labels && name(labels[row]),
    original: original === undefined ? undefined : name(original),
    output: name(predicted[row]),
    correct: labels && labels[row] === predicted[row],
    split: splits && run.manifest.splits?.[splits[row]]?.name,
    nodes: resolved.map(({ nodes }) => nodes.of[row]),
  };
}

/** The largest nodes of a level. */
export function levelPatterns(
  run: Run,
  { shown }: ShownSnapshot,
  level: number,
  count: number,
): { all: number; rows: PatternRow[] } {
  if (!shown) return { all: 0, rows: [] };
  const { nodes, labels, outputs, correct } = shown.diagram.levels[level];
  const largest = Int32Array.from(nodes.occurrences.keys())
    .filter((n) => nodes.occurrences[n] > 0)
    .sort((a, b) => nodes.occurrences[b] - nodes.occurrences[a] || a - b);
  const classes = labels ?? outputs;
  const rows = Array.from(largest.slice(0, Math.max(0, count)), (node): PatternRow => ({
    node,
    occurrences: nodes.occurrences[node],
    majority: run.manifest.classes[classes.majority[node]] ?? String(classes.majority[node]),
    purity: classes.purity[node],
    correct: correct && correct[node] / nodes.occurrences[node],
  }));
  return { all: largest.length, rows };
}

/** What is selected in a scene. */
interface SelectedRows {
  run: Run;
  model: SceneModel;
  look: ShownSnapshot;
  selection: Selection;
  /** Rows of the scene that are selected. */
  rows: Int32Array;
}

/** What is known of the selected instances, and of the node when one is selected. */
export function selectionDetails({ run, model, look, selection, rows }: SelectedRows): SelectionDetails {
  const { whole } = look;
  const title = titleOf({ run, model, look, selection, rows });
  const shownAll = model.instances.length;
  const facts: [string, string][] = [
    [
      'instances',
      `${formatCount(rows.length)} of ${formatCount(shownAll)} shown (${share(rows.length, shownAll)})`,
    ],
  ];
  if (!whole || rows.length === 0) return { title, facts, outputs: [], destinations: [] };
  const { snapshot } = whole;
  facts.push(['snapshot', snapshotName(snapshot)]);
  const at = positionsOf(
    snapshot,
    rows.map((row) => model.instances[row]),
  );
  const { labels, predicted } = snapshot;
  const right = correctnessOf(snapshot);
  if (right) {
    const correct = at.reduce((sum, row) => sum + right[row], 0);
    facts.push(['predicted right', `${formatCount(correct)} (${share(correct, at.length)})`]);
  }
  if (at.length === 1) addAll(facts, instanceFacts(run, whole, at[0]));
  const node = selectedNode(model, look, selection);
  if (node) addAll(facts, nodeFacts(node.analysed, node.level, node.node));
  return {
    title,
    facts,
    labels: labels && histogram(run, labels, at),
    outputs: histogram(run, predicted, at),
    destinations: largestBlocks(model, rows, DESTINATIONS).map(({ column, block, instances }) => ({
      column: columnName(model, column),
      block: blockName(model, column, block),
      instances,
    })),
    kind: blockKind(model, selection),
    pattern: node && patternOf(run, node.analysed, node.level, node.node),
  };
}

function titleOf({ run, model, look: { shown }, selection, rows }: SelectedRows): string {
  switch (selection.kind) {
    case 'none':
      return run.manifest.name;
    case 'instances':
      return rows.length === 1
        ? `Instance ${model.instances[rows[0]]}`
        : `${formatCount(selection.instances.length)} instances`;
    case 'node': {
      const { level, node } = selection;
      const word = shown ? wordOf(shown.resolved[level]) : 'pattern';
      return `${run.layers[level].name}: ${word} ${node}`;
    }
    case 'blocks':
      return partsTitle(model, selection);
  }
}

function partsTitle(model: SceneModel, { blocks, flows = [] }: PartsSelection): string {
  const parts = [
    ...(blocks.length > 0 ? [pluralise(blocks.length, 'block')] : []),
    ...(flows.length > 0 ? [pluralise(flows.length, 'ribbon')] : []),
  ].join(', ');
  if (blocks.length + flows.length !== 1) return parts;
  if (flows.length === 1) return flowName(model, flows[0]) ?? parts;
  const column = model.columns.findIndex(({ source }) => source === blocks[0].column);
  return column < 0 ? parts : `${columnName(model, column)}: ${blockName(model, column, blocks[0].block)}`;
}

function share(part: number, all: number): string {
  return all === 0 ? '–' : formatShare(part / all);
}

function instanceFacts(run: Run, whole: AnalysedSnapshot, row: number): [string, string][] {
  const { instance, label, output, split } = instanceRow(run, whole, row);
  const facts: [string, string][] = [['instance', String(instance)]];
  if (label !== undefined) facts.push(['label', label]);
  facts.push(['output', output]);
  if (split !== undefined) facts.push(['split', split]);
  whole.resolved.forEach((level, l) => {
    const node = level.nodes.of[row];
    const occurrences = formatCount(level.nodes.occurrences[node]);
    facts.push([run.layers[l].name, `${wordOf(level)} ${node}, of ${occurrences} instances`]);
  });
  return facts;
}

/** The node that is selected, by itself or as a single block that stands for one node of a level of the shown snapshot. */
function selectedNode(
  model: SceneModel,
  { shown }: ShownSnapshot,
  selection: Selection,
): { analysed: AnalysedSnapshot; level: number; node: number } | undefined {
  if (!shown) return undefined;
  if (selection.kind === 'node') {
    const { level, node } = selection;
    const known = node >= 0 && node < (shown.resolved[level]?.nodes.count ?? 0);
    return known ? { analysed: shown, level, node } : undefined;
  }
  if (selection.kind !== 'blocks' || selection.blocks.length !== 1 || selection.flows?.length) {
    return undefined;
  }
  const [{ column, block }] = selection.blocks;
  const node = nodeOfBlock(model, { column, block });
  if (node === undefined || node < 0 || column >= shown.resolved.length) return undefined;
  return { analysed: shown, level: column, node };
}

/** What a single selected block of the flow view stands for. */
function blockKind(model: SceneModel, selection: Selection): BlockKind | undefined {
  if (selection.kind !== 'blocks' || selection.blocks.length !== 1 || model.kind !== 'flow') return undefined;
  const [{ column, block }] = selection.blocks;
  const c = model.columns.findIndex(({ source }) => source === column);
  return model.flow?.view.overview.levels[c]?.blocks[block]?.kind;
}

function nodeOfBlock(model: SceneModel, { column, block }: BlockReference): number | undefined {
  if (model.scene?.kind === 'patterns') return model.scene.node[block];
  if (model.kind !== 'flow') return undefined;
  const c = model.columns.findIndex(({ source }) => source === column);
  return model.flow?.view.overview.levels[c]?.blocks[block]?.node;
}

function nodeFacts({ diagram }: AnalysedSnapshot, l: number, n: number): [string, string][] {
  const level = diagram.levels[l];
  const facts: [string, string][] = [
    ['in-degree', formatCount(level.inDegree[n])],
    ['out-degree', formatCount(level.outDegree[n])],
    ['reachable outputs', formatCount(level.reachable[n])],
  ];
  if (level.labels) {
    facts.push(['purity', formatShare(level.labels.purity[n])]);
    facts.push(['entropy of labels', `${level.labels.entropy[n].toFixed(2)} bits`]);
  }
  return facts;
}

function patternOf(
  run: Run,
  { resolved }: AnalysedSnapshot,
  l: number,
  n: number,
): SelectionDetails['pattern'] {
  const { patterns } = resolved[l];
  const { shape, pieces: count } = run.layers[l];
  const pieces = Uint8Array.from({ length: patterns.units }, (_, j) => pieceOf(patterns, n, j));
  return { pieces, shape, count };
}

/** Instances of each class, the largest first. */
function histogram(run: Run, classOf: Int32Array, rows: Int32Array): SelectionDetails['outputs'] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(classOf[row], (counts.get(classOf[row]) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .map(([c, count]) => ({
      name: run.manifest.classes[c] ?? String(c),
      count,
      colour: classColourNumber(run, c),
    }));
}
