import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from '../analysis/analyse';
import type { Lines } from './apdf';
import { csvLine } from './csv';
import { exportedNodes } from './diagram';

/** Nodes of all levels as CSV: occurrences, degrees, reachable outputs, majority label, purity, entropy, correct share. */
export function* nodesCsv(run: Run, analysed: AnalysedSnapshot): Lines {
  yield 'level,node,pattern,occurrences,in_degree,out_degree,reachable_outputs,majority_output,majority_label,purity,entropy,correct\n';
  for (const node of exportedNodes(run, analysed)) {
    yield csvLine([
      node.level,
      node.node,
      node.pattern,
      node.occurrences,
      node.inDegree,
      node.outDegree,
      node.reachableOutputs,
      node.majorityOutput,
      node.majorityLabel,
      node.purity,
      node.entropy,
      node.correct,
    ]);
  }
}

/** The same as a JSON array. */
export function* nodesJson(run: Run, analysed: AnalysedSnapshot): Lines {
  let first = true;
  for (const node of exportedNodes(run, analysed)) {
    yield `${first ? '[\n' : ',\n'}${JSON.stringify(node)}`;
    first = false;
  }
  yield '\n]\n';
}
