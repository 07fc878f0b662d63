import { patternText } from '../../core/patterns/packing';
import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from '../analysis/analyse';
import type { Lines } from './apdf';

/** Patterns longer than this are left out of diagrams: the APDF has them. */
const LONGEST_PATTERN = 4096;

/** A node of a diagram with everything that is known of it. */
export interface ExportedNode {
  id: string;
  level: number;
  /** Number of the pattern or prototype in its level; of an output its class. */
  node: number;
  /** The pattern, for an output the name of the class. */
  pattern: string | undefined;
  occurrences: number;
  inDegree: number;
  outDegree: number;
  reachableOutputs: number;
  majorityOutput: number;
  majorityLabel?: number;
  purity?: number;
  entropy?: number;
  correct?: number;
  labels?: Record<string, number>;
}

/** An edge of a diagram. */
export interface ExportedEdge {
  source: string;
  target: string;
  instances: number;
}

function nodeId({ diagram }: AnalysedSnapshot, level: number, node: number): string {
  const last = diagram.levels.length - 1;
  return level === last ? `output/${diagram.outputClasses[node]}` : `l${level}/${node}`;
}

/** All nodes, level by level. Prototypes that lost their last instance are left out. */
export function* exportedNodes(run: Run, analysed: AnalysedSnapshot): Generator<ExportedNode> {
  const { diagram, resolved } = analysed;
  const last = diagram.levels.length - 1;
  for (const [l, level] of diagram.levels.entries()) {
    const { nodes, labels, outputs } = level;
    for (let n = 0; n < nodes.count; n++) {
      if (nodes.occurrences[n] === 0) continue;
      const { patterns } = l === last ? { patterns: undefined } : resolved[l];
      const short = patterns !== undefined && patterns.units <= LONGEST_PATTERN;
      const outputName = run.manifest.classes[diagram.outputClasses[n]] ?? String(diagram.outputClasses[n]);
      yield {
        id: nodeId(analysed, l, n),
        level: l,
        node: l === last ? diagram.outputClasses[n] : n,
        pattern: l === last ? outputName : short ? patternText(patterns, n) : undefined,
        occurrences: nodes.occurrences[n],
        inDegree: level.inDegree[n],
        outDegree: level.outDegree[n],
        reachableOutputs: level.reachable[n],
        majorityOutput: outputs.majority[n],
        majorityLabel: labels?.majority[n],
        purity: labels?.purity[n],
        entropy: labels?.entropy[n],
        correct: level.correct && level.correct[n] / nodes.occurrences[n],
        labels: labels && histogramOf(run, labels.histogram, n),
      };
    }
  }
}

function histogramOf(
  run: Run,
  table: { offsets: Int32Array; column: Int32Array; count: Int32Array },
  n: number,
) {
  // Without a prototype every name is one like another; classes of one name count together.
  const histogram = Object.create(null) as Record<string, number>;
  for (let e = table.offsets[n]; e < table.offsets[n + 1]; e++) {
    const name = run.manifest.classes[table.column[e]] ?? String(table.column[e]);
    histogram[name] = (histogram[name] ?? 0) + table.count[e];
  }
  return histogram;
}

/** All edges, level by level. */
export function* edgesOf(analysed: AnalysedSnapshot): Generator<ExportedEdge> {
  for (const [l, edges] of analysed.diagram.edges.entries()) {
    for (let r = 0; r < edges.rows; r++) {
      for (let e = edges.offsets[r]; e < edges.offsets[r + 1]; e++) {
        const target = nodeId(analysed, l + 1, edges.column[e]);
        yield { source: nodeId(analysed, l, r), target, instances: edges.count[e] };
      }
    }
  }
}

/** Edges as CSV. */
export function* diagramCsv(analysed: AnalysedSnapshot): Lines {
  yield 'source,target,instances\n';
  for (const { source, target, instances } of edgesOf(analysed)) yield `${source},${target},${instances}\n`;
}

/** Levels, nodes and edges as JSON. */
export function* diagramJson(run: Run, analysed: AnalysedSnapshot): Lines {
  const levels = analysed.resolved.map(({ resolution, distance }, l) => {
    const { name, activation, units } = run.layers[l];
    return { name, activation, units, resolution, distance };
  });
  const { epoch, instances } = analysed.snapshot;
  const head = {
    name: run.manifest.name,
    epoch,
    instances: instances.length,
    classes: run.manifest.classes,
    levels,
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"nodes":[`;
  yield* jsonItems(exportedNodes(run, analysed));
  yield '\n],\n"edges":[';
  yield* jsonItems(edgesOf(analysed));
  yield '\n]}\n';
}

function* jsonItems(items: Iterable<unknown>): Lines {
  let first = true;
  for (const item of items) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
    first = false;
  }
}

/** The diagram in Graphviz' DOT language, levels from left to right. */
export function* diagramDot(run: Run, analysed: AnalysedSnapshot): Lines {
  yield `digraph ${dotText(run.manifest.name)} {\n  rankdir=LR;\n  node [shape=box];\n`;
  for (const node of exportedNodes(run, analysed)) {
    const label = node.level === analysed.resolved.length ? node.pattern : `${node.id}\n${node.occurrences}`;
    yield `  ${dotText(node.id)} [label=${dotText(label ?? node.id)}, level=${node.level}, occurrences=${node.occurrences}`;
    if (node.majorityLabel !== undefined) yield `, majority=${node.majorityLabel}, purity=${node.purity}`;
    yield '];\n';
  }
  for (const { source, target, instances } of edgesOf(analysed)) {
    yield `  ${dotText(source)} -> ${dotText(target)} [weight=${instances}, instances=${instances}];\n`;
  }
  yield '}\n';
}

function dotText(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n')}"`;
}
