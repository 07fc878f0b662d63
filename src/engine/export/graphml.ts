import { escapeText } from '../../draw/svg';
import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from '../analysis/analyse';
import type { Lines } from './apdf';
import { edgesOf, exportedNodes, type ExportedNode } from './diagram';

/** Attributes of a node in GraphML, with their types there. */
const nodeKeys: [keyof ExportedNode, string][] = [
  ['level', 'int'],
  ['node', 'int'],
  ['pattern', 'string'],
  ['occurrences', 'int'],
  ['inDegree', 'int'],
  ['outDegree', 'int'],
  ['reachableOutputs', 'int'],
  ['majorityOutput', 'int'],
  ['majorityLabel', 'int'],
  ['purity', 'double'],
  ['entropy', 'double'],
  ['correct', 'double'],
];

/** The diagram as GraphML (networkx, Gephi, yEd, Cytoscape). */
export function* diagramGraphml(run: Run, analysed: AnalysedSnapshot): Lines {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  for (const [name, type] of nodeKeys) {
    yield `<key id="${name}" for="node" attr.name="${name}" attr.type="${type}"/>\n`;
  }
  yield '<key id="instances" for="edge" attr.name="instances" attr.type="int"/>\n';
  yield `<graph id="${escapeText(run.manifest.name)}" edgedefault="directed">\n`;
  for (const node of exportedNodes(run, analysed)) {
    yield `<node id="${escapeText(node.id)}">`;
    for (const [key] of nodeKeys) {
      if (node[key] !== undefined) yield `<data key="${key}">${escapeText(String(node[key]))}</data>`;
    }
    yield '</node>\n';
  }
  for (const { source, target, instances } of edgesOf(analysed)) {
    yield `<edge source="${escapeText(source)}" target="${escapeText(target)}">`;
    yield `<data key="instances">${instances}</data></edge>\n`;
  }
  yield '</graph>\n</graphml>\n';
}
