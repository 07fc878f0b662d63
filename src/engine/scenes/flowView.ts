import { buildDiagram, type Diagram } from '../../core/diagram';
import { orderLevels, type LevelOrder } from '../../core/layout/order';
import { buildOverview, type Overview } from '../../core/overview';
import type { ResolvedLevel } from '../../core/patterns/resolution';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { ColumnHead } from '../../draw/pictureParts';
import type { Run } from '../../runs/readRun';
import { classCount, type AnalysedSnapshot } from '../analysis/analyse';
import type { Colouring } from '../analysis/colouring';
import { levelHeads, nodeLines, outputCaptions, outputHead, withCoverage, wordOf } from './columnHeads';
import type { NodeWord } from '../../protocol/scene';
import { snapshotName } from '../../core/wording';

/** What the flow view and the time view show, but for the order of the blocks. */
export interface FlowView {
  /** Level (or snapshot) that each column shows; one more than the last for the outputs. */
  sources: number[];
  heads: ColumnHead[];
  overview: Overview;
  /** Word for a node of each column: "pattern", "prototype", "output". */
  nodeWords: NodeWord[];
  diagram: Diagram;
  /** Names and captions of the outputs, by class. */
  outputs: { name: string; caption: string }[];
}

/** The flow view: levels of one snapshot. Levels that are hidden are left out, and paths lead past them. */
export function flowView({
  run,
  analysed,
  classing,
  budget,
  hiddenLevels = [],
}: {
  run: Run;
  analysed: AnalysedSnapshot;
  classing: Colouring;
  budget: number;
  hiddenLevels?: readonly number[];
}): FlowView {
  const { snapshot, resolved } = analysed;
  const sources = [...resolved.keys()].filter((l) => !hiddenLevels.includes(l));
  const all = sources.length === resolved.length;
  const levels = sources.map((l) => resolved[l]);
  const diagram = all ? analysed.diagram : diagramOf(run, levels, snapshot);
  const heads = levelHeads(run, analysed);
  return viewOf({
    run,
    diagram,
    classing,
    budget,
    shown: {
      sources: [...sources, resolved.length],
      heads: sources.map((l) => heads[l]),
      levels,
    },
  });
}

/** The time view: one level over snapshots of the same instances, then the outputs of the last. */
export function timeView({
  run,
  snapshots,
  last,
  levels,
  l,
  classing,
  budget,
}: {
  run: Run;
  snapshots: readonly Pick<Snapshot, 'epoch' | 'step'>[];
  last: Snapshot;
  levels: readonly ResolvedLevel[];
  l: number;
  classing: Colouring;
  budget: number;
}): FlowView {
  const diagram = diagramOf(run, levels, last);
  const { units } = run.layers[l];
  const heads = snapshots.map(({ epoch, step }, s) => ({
    title: [snapshotName({ epoch, step }), `epoch ${epoch}`, `${epoch}`],
    lines: nodeLines(levels[s], units, diagram.levels[s].labels),
  }));
  return viewOf({
    run,
    diagram,
    classing,
    budget,
    shown: {
      sources: Array.from({ length: snapshots.length + 1 }, (_, s) => s),
      heads,
      levels,
    },
  });
}

function diagramOf(run: Run, levels: readonly ResolvedLevel[], { predicted, labels }: Snapshot): Diagram {
  return buildDiagram({
    levels: levels.map(({ nodes }) => nodes),
    predicted,
    labels,
    classes: classCount(run),
  });
}

function viewOf({
  run,
  diagram,
  classing,
  budget,
  shown,
}: {
  run: Run;
  diagram: Diagram;
  classing: Colouring;
  budget: number;
  shown: { sources: number[]; heads: ColumnHead[]; levels: readonly ResolvedLevel[] };
}): FlowView {
  const smallest = smallestAlone(diagram.instances);
  const overview = buildOverview(diagram, classing.classOf, classing.classes.length, { budget, smallest });
  const heads = shown.heads.map((head, c) => withCoverage(head, overview.levels[c].coverage));
  const words = shown.levels.map(wordOf);
  return {
    sources: shown.sources,
    heads: [...heads, outputHead(diagram)],
    overview,
    nodeWords: [...words, 'output'],
    diagram,
    outputs: outputCaptions(run, diagram),
  };
}

/** Patterns below half a thousandth of the instances are merged when there are too many: they would be hairlines. */
function smallestAlone(instances: number): number {
  return Math.max(2, Math.ceil(instances / 2000));
}

/** Orders the blocks of an overview so that few flows cross, starting from and staying near an earlier order. */
export function orderBlocks(overview: Overview, earlier?: LevelOrder): LevelOrder {
  const sizes = overview.levels.map((level) => Int32Array.from(level.blocks, (block) => block.instances));
  return orderLevels({ sizes, edges: overview.edges }, earlier);
}
