import type { Diagram, NodeClasses } from '../../core/diagram';
import { measureClasses } from '../../core/measures/measures';
import type { Partition } from '../../core/partition';
import type { ResolvedLevel } from '../../core/patterns/resolution';
import type { ColumnHead, Variants } from '../../draw/pictureParts';
import type { NodeWord } from '../../protocol/scene';
import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from '../analysis/analyse';
import { formatCount, formatShare, pluralise } from '../../core/wording';

/** Heads of the hidden levels: name, activation, units, patterns, and how coarse they are. */
export function levelHeads(run: Run, analysed: Pick<AnalysedSnapshot, 'resolved' | 'diagram'>): ColumnHead[] {
  return analysed.resolved.map((level, l) => levelHead(run, level, analysed.diagram.levels[l].labels, l));
}

/** Head of one hidden level. */
export function levelHead(
  run: Run,
  level: ResolvedLevel,
  labels: NodeClasses | undefined,
  l: number,
): ColumnHead {
  const { name, activation, units, shape } = run.layers[l];
  const size = pluralise(units, 'unit');
  const shaped = shape.length > 1 ? [`${activation} · ${shape.join('×')} = ${size}`] : [];
  const lines = [[...shaped, `${activation} · ${size}`, size, formatCount(units)]];
  return { title: [name, `l${l}`], lines: [...lines, ...nodeLines(level, units, labels)] };
}

/** What the nodes of a level are called. */
export function wordOf({ resolution }: ResolvedLevel): NodeWord {
  return resolution === 'exact' ? 'pattern' : 'prototype';
}

/** How many nodes a level has; of prototypes also how far from their patterns, and how well they tell the labels. */
export function nodeLines(level: ResolvedLevel, units: number, labels: NodeClasses | undefined): Variants[] {
  return level.resolution === 'exact' ? exactLines(level) : prototypeLines(level, units, labels);
}

function exactLines({ nodes }: ResolvedLevel): Variants[] {
  // Where classes are left out some patterns have no instances.
  const patterns = nodes.occurrences.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return [[pluralise(patterns, 'pattern'), formatCount(patterns)]];
}

function prototypeLines(level: ResolvedLevel, units: number, labels: NodeClasses | undefined): Variants[] {
  const { nodes, distance, exactPatterns } = level;
  const prototypes = pluralise(nodes.count, 'prototype');
  const share = formatShare(distance / units);
  const leaveOneOut = labels && formatShare(measureClasses(nodes, labels).leaveOneOut);
  return [
    exactPatterns === undefined
      ? [`${prototypes} · patterns not kept`, prototypes, formatCount(nodes.count)]
      : [`${prototypes} of ${pluralise(exactPatterns, 'pattern')}`, prototypes, formatCount(nodes.count)],
    [`± ${distance.toFixed(1)} units (${share})`, `± ${share}`],
    ...(leaveOneOut === undefined ? [] : [[`leave-one-out ${leaveOneOut}`, `loo ${leaveOneOut}`]]),
  ];
}

/** A head with how much of its level is drawn alone; nothing where all is. */
export function withCoverage(head: ColumnHead, coverage: number): ColumnHead {
  if (coverage === 1) return head;
  const share = formatShare(coverage);
  const line = [`${share} of instances drawn alone`, `${share} drawn alone`, `${share} alone`];
  return { title: head.title, lines: [...head.lines, line] };
}

/** Heads of the hidden levels with the clusters that end at each. */
export function clusterHeads(heads: ColumnHead[], partition: Partition): ColumnHead[] {
  const clusters = new Int32Array(heads.length + 1);
  const instances = new Int32Array(heads.length + 1);
  for (const set of partition.sets) {
    if (set.cluster < 0) continue;
    clusters[set.level]++;
    instances[set.level] += set.size;
  }
  return heads.map((head, l) => {
    const count = pluralise(clusters[l], 'cluster');
    const line = [`${count} · ${pluralise(instances[l], 'instance')}`, count, formatCount(clusters[l])];
    return { title: head.title, lines: [...head.lines, line] };
  });
}

/** Head of the outputs. */
export function outputHead(diagram: Diagram): ColumnHead {
  const classes = pluralise(diagram.outputClasses.length, 'class', 'classes');
  return { title: ['Output'], lines: [[`${classes} predicted`, classes]] };
}

/** Names and captions of the outputs, by class: how many were predicted, and how many of them rightly. */
export function outputCaptions(run: Run, diagram: Diagram): { name: string; caption: string }[] {
  const outputs = run.manifest.classes.map((name) => ({ name, caption: '' }));
  const level = diagram.levels[diagram.levels.length - 1];
  diagram.outputClasses.forEach((c, n) => {
    const count = level.nodes.occurrences[n];
    const correct = level.correct?.[n];
    outputs[c] ??= { name: String(c), caption: '' };
    outputs[c].caption =
      correct === undefined
        ? formatCount(count)
        : `${formatCount(count)} · ${formatShare(correct / count)} right`;
  });
  return outputs;
}

/** Share of right predictions; undefined without labels. */
export function accuracyOfDiagram({ levels, instances }: Diagram): number | undefined {
  const { correct } = levels[levels.length - 1];
  return correct && correct.reduce((sum, count) => sum + count, 0) / instances;
}
