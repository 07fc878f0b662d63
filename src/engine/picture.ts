import { correctness } from '../core/diagram';
import { InputError } from '../core/errors';
import type { Frame } from '../core/layout/flow';
import { layoutIcicle } from '../core/layout/icicle';
import { inheritOrder, type EarlierPicture } from '../core/layout/inherit';
import { orderLevels, type LevelOrder } from '../core/layout/order';
import { measureClasses } from '../core/measures';
import { buildOverview, type Overview } from '../core/overview';
import type { Resolution, ResolvedLevel } from '../core/resolution';
import { drawFlow } from '../draw/flowSvg';
import { classColour, correctnessColours, darkTheme, lightTheme } from '../draw/palette';
import { drawPartition } from '../draw/partitionSvg';
import type { ColumnHead, Picture, PictureClass, Variants } from '../draw/picture';
import { countOf, formatCount, formatShare } from '../draw/text';
import type { Run } from '../runs/readRun';
import { analyseOne, analyseRun, equalArrays, type AnalysedSnapshot, type AnalysisProgress } from './analyse';
import { partitionOf } from './export/clusters';

/** What blocks and ribbons are coloured by. */
export type Colouring = 'label' | 'output' | 'correct';

/** How to draw. */
export interface PictureOptions {
  view: 'flow' | 'partition';
  /** Labels when the run has them, else outputs. */
  colour?: Colouring;
  resolution: Resolution;
  /** Most blocks of a level. */
  budget: number;
  width?: number;
  height?: number;
  theme: 'light' | 'dark';
}

/** Colours and names by which a picture's instances are told apart. */
interface Classing {
  colour: Colouring;
  classOf: Int32Array;
  classes: PictureClass[];
  colouredBy: string;
}

/** Draws one snapshot of a run as an SVG document. */
export async function drawSnapshot(
  run: Run,
  index: number,
  options: PictureOptions,
  progress: AnalysisProgress = {},
): Promise<string> {
  if (options.view === 'partition') {
    const analysed = await analyseOne(run, options.resolution, index, progress);
    return drawPartition(partitionPicture(run, analysed, options));
  }
  let picture: FlowState | undefined;
  for await (const analysed of analyseRun(run, options.resolution, index, progress)) {
    picture = flowState(run, analysed, options, picture);
  }
  return drawFlow(flowPicture(run, picture!, options));
}

/** A snapshot's overview with its order, which the next snapshot's starts from. */
interface FlowState {
  analysed: AnalysedSnapshot;
  classing: Classing;
  overview: Overview;
  order: LevelOrder;
}

function flowState(
  run: Run,
  analysed: AnalysedSnapshot,
  options: PictureOptions,
  before?: FlowState,
): FlowState {
  const classing = classInstances(run, analysed, options.colour);
  const smallest = smallestAlone(analysed.snapshot.instances.length);
  const overview = buildOverview(analysed.diagram, classing.classOf, classing.classes.length, {
    budget: options.budget,
    smallest,
  });
  const sameInstances =
    before && equalArrays(before.analysed.snapshot.instances, analysed.snapshot.instances);
  const earlier = sameInstances ? inherit(before, overview) : undefined;
  const sizes = overview.levels.map((level) => Int32Array.from(level.blocks, (block) => block.instances));
  return { analysed, classing, overview, order: orderLevels({ sizes, edges: overview.edges }, earlier) };
}

function inherit(before: FlowState, overview: Overview): LevelOrder {
  const earlier: EarlierPicture = {
    blockOf: before.overview.levels.map((level) => level.of),
    order: before.order,
  };
  return inheritOrder(
    earlier,
    overview.levels.map((level) => level.of),
    overview.levels.map((level) => level.blocks.length),
  );
}

/** Patterns below half a thousandth of the instances are merged when there are too many: they would be hairlines. */
function smallestAlone(instances: number): number {
  return Math.max(2, Math.ceil(instances / 2000));
}

function flowPicture(run: Run, state: FlowState, options: PictureOptions) {
  const { analysed, overview, order } = state;
  const nodeWords = analysed.resolved.map(({ resolution }) =>
    resolution === 'exact' ? 'pattern' : 'prototype',
  );
  const heads = hiddenHeads(run, analysed).map((head, l): ColumnHead => {
    const { coverage } = overview.levels[l];
    const share = formatShare(coverage);
    const drawn =
      coverage === 1 ? [] : [[`${share} of instances drawn alone`, `${share} drawn alone`, `${share} alone`]];
    return { title: head.title, lines: [...head.lines, ...drawn] };
  });
  return {
    ...commonPicture(run, analysed, options, state.classing),
    heads: [...heads, outputHead(analysed)],
    overview,
    order,
    nodeWords: [...nodeWords, 'output'],
    outputClasses: analysed.diagram.outputClasses,
  };
}

function partitionPicture(run: Run, analysed: AnalysedSnapshot, options: PictureOptions) {
  const partition = partitionOf(analysed);
  const classing = classInstances(run, analysed, options.colour);
  const common = commonPicture(run, analysed, options, classing);
  const perLevel = new Int32Array(analysed.resolved.length + 1);
  const instancesAt = new Int32Array(perLevel.length);
  for (const set of partition.sets) {
    if (set.cluster < 0) continue;
    perLevel[set.level]++;
    instancesAt[set.level] += set.size;
  }
  const heads = hiddenHeads(run, analysed).map((head, l): ColumnHead => ({
    title: head.title,
    lines: [
      ...head.lines,
      [
        `${countOf(perLevel[l], 'cluster')} · ${countOf(instancesAt[l], 'instance')}`,
        countOf(perLevel[l], 'cluster'),
        formatCount(perLevel[l]),
      ],
    ],
  }));
  const classes = {
    classOf: classing.classOf,
    classes: classing.classes.length,
    predicted: analysed.snapshot.predicted,
    outputs: analysed.diagram.classes,
  };
  return {
    ...common,
    title: `${common.title} · partition by information gain`,
    subtitle: `${common.subtitle} · ${countOf(partition.clusters.count, 'cluster')}`,
    heads: [...heads, outputHead(analysed)],
    clusters: partition.clusters.count,
    layOut: (frame: Frame) => layoutIcicle(partition, heads.length, classes, frame, 2),
  };
}

/** Heads of the hidden levels: name, activation, units, patterns, and how coarse they are. */
function hiddenHeads(run: Run, analysed: AnalysedSnapshot): ColumnHead[] {
  return analysed.resolved.map((level, l) => {
    const { name, activation, units, shape } = run.layers[l];
    const size = countOf(units, 'unit');
    const shaped = shape.length > 1 ? [`${activation} · ${shape.join('×')} = ${size}`] : [];
    const lines = [[...shaped, `${activation} · ${size}`, size, formatCount(units)]];
    const nodes =
      level.resolution === 'exact' ? exactLines(level) : prototypeLines(level, units, analysed, l);
    return { title: [name, `l${l}`], lines: [...lines, ...nodes] };
  });
}

function exactLines({ nodes }: ResolvedLevel): Variants[] {
  return [[countOf(nodes.count, 'pattern'), formatCount(nodes.count)]];
}

/** How coarse a level of prototypes is: of how many patterns, how far from them, and how well they tell the labels. */
function prototypeLines(
  level: ResolvedLevel,
  units: number,
  analysed: AnalysedSnapshot,
  l: number,
): Variants[] {
  const { nodes, distance, exactPatterns } = level;
  const prototypes = countOf(nodes.count, 'prototype');
  const share = formatShare(distance / units);
  const { labels } = analysed.diagram.levels[l];
  const leaveOneOut = labels && formatShare(measureClasses(nodes, labels).leaveOneOut);
  return [
    exactPatterns === undefined
      ? [`${prototypes} · patterns not kept`, prototypes, formatCount(nodes.count)]
      : [`${prototypes} of ${countOf(exactPatterns, 'pattern')}`, prototypes, formatCount(nodes.count)],
    [`± ${distance.toFixed(1)} units (${share})`, `± ${share}`],
    ...(leaveOneOut === undefined ? [] : [[`leave-one-out ${leaveOneOut}`, `loo ${leaveOneOut}`]]),
  ];
}

function outputHead({ diagram }: AnalysedSnapshot): ColumnHead {
  const classes = countOf(diagram.outputClasses.length, 'class', 'classes');
  return { title: ['Output'], lines: [[`${classes} predicted`, classes]] };
}

function commonPicture(
  run: Run,
  analysed: AnalysedSnapshot,
  options: PictureOptions,
  classing: Classing,
): Picture {
  const { snapshot, diagram } = analysed;
  const instances = snapshot.instances.length;
  const outputs = run.manifest.classes.map((name) => ({ name, caption: '' }));
  const level = diagram.levels[diagram.levels.length - 1];
  let right = 0;
  diagram.outputClasses.forEach((c, n) => {
    const count = level.nodes.occurrences[n];
    const correct = level.correct?.[n];
    right += correct ?? 0;
    outputs[c] ??= { name: String(c), caption: '' };
    outputs[c].caption =
      correct === undefined
        ? formatCount(count)
        : `${formatCount(count)} · ${formatShare(correct / count)} right`;
  });
  const accuracy = snapshot.labels ? ` · accuracy ${formatShare(right / instances)}` : '';
  const step = snapshot.step === undefined ? '' : `, step ${snapshot.step}`;
  const columns = analysed.resolved.length + 1;
  return {
    title: `${run.manifest.name} · epoch ${snapshot.epoch}${step}`,
    subtitle: `${countOf(instances, 'instance')}${accuracy}`,
    heads: [],
    colouredBy: classing.colouredBy,
    classes: classing.classes,
    outputs,
    width: options.width ?? usualWidth(columns),
    height: options.height ?? 800,
    theme: options.theme === 'dark' ? darkTheme : lightTheme,
  };
}

/** Wide enough to read, narrower columns for deep networks. */
function usualWidth(columns: number): number {
  const step = Math.min(190, Math.max(110, 1700 / columns));
  return Math.max(960, Math.round(step * columns + 160));
}

function classInstances(run: Run, { snapshot, diagram }: AnalysedSnapshot, wanted?: Colouring): Classing {
  const { labels, predicted } = snapshot;
  const colour = wanted ?? (labels ? 'label' : 'output');
  if (colour !== 'output' && !labels) {
    throw new InputError(
      run.folder,
      `has no labels, so nothing can be coloured by ${colour}; --color output can`,
    );
  }
  if (colour === 'correct') {
    const classes = ['wrong', 'right'].map((name, i) => ({ name, colour: correctnessColours[i] }));
    const classOf = Int32Array.from(correctness(predicted, labels!));
    return { colour, classOf, classes, colouredBy: 'prediction' };
  }
  const classes = Array.from({ length: diagram.classes }, (_, c) => ({
    name: run.manifest.classes[c] ?? String(c),
    colour: classColour(c),
  }));
  return colour === 'label'
    ? { colour, classOf: labels!, classes, colouredBy: 'label' }
    : { colour, classOf: predicted, classes, colouredBy: 'predicted output' };
}
