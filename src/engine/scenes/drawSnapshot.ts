import type { Frame } from '../../core/layout/flow';
import { layoutIcicle, type IcicleGeometry } from '../../core/layout/icicle';
import type { LevelOrder } from '../../core/layout/order';
import { darkTheme, lightTheme } from '../../core/appearance/palette';
import type { Partition } from '../../core/partition';
import type { Resolution } from '../../core/patterns/resolution';
import { drawFlow } from '../../draw/flowSvg';
import { drawPartition } from '../../draw/partitionSvg';
import type { ColumnHead, Picture } from '../../draw/pictureParts';
import type { Run } from '../../runs/readRun';
import { analyseOne, type AnalysedSnapshot, type AnalysisProgress } from '../analysis/analyse';
import { colourInstances, type Colouring } from '../analysis/colouring';
import type { ColourBy } from '../../protocol/state';
import { partitionOf } from '../export/clusters';
import { flowView, orderBlocks, type FlowView } from './flowView';
import { accuracyOfDiagram, clusterHeads, levelHeads, outputCaptions, outputHead } from './columnHeads';
import { formatShare, pluralise, snapshotName } from '../../core/wording';

/** Size and colours of a picture's page. */
export interface PageOptions {
  width?: number;
  height?: number;
  theme: 'light' | 'dark';
}

/** How to draw. */
export interface PictureOptions extends PageOptions {
  view: 'flow' | 'partition';
  /** Labels when the run has them, else outputs. */
  colour?: ColourBy;
  resolution: Resolution;
  /** Most blocks of a level. */
  budget: number;
}

/**
 * Draws one snapshot of a run as an SVG document. Its blocks are ordered by this snapshot alone, as those of the panel's
 * first picture are, so that one snapshot has one picture whatever came before it.
 */
export async function drawSnapshot(
  run: Run,
  index: number,
  options: PictureOptions,
  progress: AnalysisProgress = {},
): Promise<string> {
  const analysed = await analyseOne(run, options.resolution, index, progress);
  const classing = colourInstances(run, analysed.snapshot, options.colour);
  if (options.view === 'partition') {
    return drawPartitionView(run, partitionView(run, analysed, classing), options);
  }
  const view = flowView({ run, analysed, classing, budget: options.budget });
  const title = `${run.manifest.name} · ${snapshotName(analysed.snapshot)}`;
  return drawFlowView({ view, order: orderBlocks(view.overview), classing, title, page: options });
}

/** Draws the flow view or the time view as an SVG document. */
export function drawFlowView({
  view,
  order,
  classing,
  title,
  page,
}: {
  view: FlowView;
  order: LevelOrder;
  classing: Colouring;
  title: string;
  page: PageOptions;
}): string {
  return drawFlow({
    ...pageOf({ diagram: view.diagram, outputs: view.outputs, heads: view.heads, classing, title, page }),
    overview: view.overview,
    order,
    nodeWords: view.nodeWords,
    outputClasses: view.diagram.outputClasses,
  });
}

/** What the partition view shows. */
export interface PartitionView {
  analysed: AnalysedSnapshot;
  classing: Colouring;
  partition: Partition;
  /** Levels that are shown, then the outputs. */
  sources: number[];
  heads: ColumnHead[];
  outputs: { name: string; caption: string }[];
}

/** The partition by information gain; hidden levels split as any, their columns are left out. */
export function partitionView(
  run: Run,
  analysed: AnalysedSnapshot,
  classing: Colouring,
  hiddenLevels: readonly number[] = [],
): PartitionView {
  const partition = partitionOf(analysed);
  const heads = [...clusterHeads(levelHeads(run, analysed), partition), outputHead(analysed.diagram)];
  const sources = [...heads.keys()].filter((c) => !hiddenLevels.includes(c));
  return {
    analysed,
    classing,
    partition,
    sources,
    heads: sources.map((c) => heads[c]),
    outputs: outputCaptions(run, analysed.diagram),
  };
}

/** Geometry of the columns that the partition view shows. Sets lower than `smallest` are merged. */
export function layOutPartition(view: PartitionView, frame: Frame, smallest: number): IcicleGeometry {
  const { analysed, classing, sources } = view;
  const levels = analysed.resolved.length;
  const classes = {
    classOf: classing.classOf,
    classes: classing.classes.length,
    predicted: analysed.snapshot.predicted,
    outputs: analysed.diagram.classes,
  };
  const { columns, scale } = layoutIcicle({ partition: view.partition, levels, classes, frame, smallest });
  if (sources.length === columns.length) return { columns, scale };
  // Without the hidden columns the others close up.
  const step = sources.length > 1 ? (frame.width - frame.columnWidth) / (sources.length - 1) : 0;
  return { columns: sources.map((c, i) => ({ ...columns[c], x: frame.x + i * step })), scale };
}

/** Draws the partition view as an SVG document. */
export function drawPartitionView(run: Run, view: PartitionView, page: PageOptions): string {
  const { analysed, classing, partition, heads, outputs } = view;
  const title = `${run.manifest.name} · ${snapshotName(analysed.snapshot)}`;
  const common = pageOf({ diagram: analysed.diagram, outputs, heads, classing, title, page });
  return drawPartition({
    ...common,
    title: `${common.title} · partition by information gain`,
    subtitle: `${common.subtitle} · ${pluralise(partition.clusters.count, 'cluster')}`,
    clusters: partition.clusters.count,
    layOut: (frame) => layOutPartition(view, frame, 2),
  });
}

function pageOf({
  diagram,
  outputs,
  heads,
  classing,
  title,
  page,
}: {
  diagram: FlowView['diagram'];
  outputs: Picture['outputs'];
  heads: ColumnHead[];
  classing: Colouring;
  title: string;
  page: PageOptions;
}): Picture {
  const right = accuracyOfDiagram(diagram);
  const accuracy = right === undefined ? '' : ` · accuracy ${formatShare(right)}`;
  return {
    title,
    subtitle: `${pluralise(diagram.instances, 'instance')}${accuracy}`,
    heads,
    colouredBy: classing.colouredBy,
    classes: classing.classes,
    outputs,
    width: page.width ?? usualWidth(heads.length),
    height: page.height ?? 800,
    theme: page.theme === 'dark' ? darkTheme : lightTheme,
  };
}

/** Wide enough to read, narrower columns for deep networks. */
function usualWidth(columns: number): number {
  const step = Math.min(190, Math.max(110, 1700 / columns));
  return Math.max(960, Math.round(step * columns + 160));
}
