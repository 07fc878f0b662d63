import { correctnessOf, nodeClasses } from '../../core/diagram';
import { informationGainPartition, type Partition } from '../../core/partition';
import type { AnalysedSnapshot } from '../analysis/analyse';
import type { Lines } from './apdf';

/** The information-gain partition of a snapshot at its resolution. */
export function partitionOf({ snapshot, resolved, diagram }: AnalysedSnapshot): Partition {
  const levels = resolved.map((level) => level.nodes);
  return informationGainPartition(levels, snapshot.predicted, diagram.classes);
}

/** Cluster of each instance as CSV, in instance order: the authors' columns. */
export function* clustersCsv(analysed: AnalysedSnapshot): Lines {
  const { clusters } = partitionOf(analysed);
  yield 'instance,clust_size,clust_id\n';
  for (let row = 0; row < clusters.of.length; row++) {
    const cluster = clusters.of[row];
    yield `${analysed.snapshot.instances[row]},${clusters.occurrences[cluster]},${cluster}\n`;
  }
}

/** Clusters as JSON: size, level, node, purity and accuracy of each, and its instances. */
export function* clustersJson(analysed: AnalysedSnapshot): Lines {
  const { snapshot, diagram } = analysed;
  const { clusters, sets, setOf } = partitionOf(analysed);
  const labels = snapshot.labels && nodeClasses(clusters, snapshot.labels, diagram.classes);
  const outputs = nodeClasses(clusters, snapshot.predicted, diagram.classes);
  const members: number[][] = Array.from({ length: clusters.count }, () => []);
  const right = new Int32Array(clusters.count);
  clusters.of.forEach((cluster, row) => {
    members[cluster].push(snapshot.instances[row]);
    if (snapshot.labels?.[row] === snapshot.predicted[row]) right[cluster]++;
  });
  for (let c = 0; c < clusters.count; c++) {
    const { level, node } = sets[setOf[c]];
    const size = clusters.occurrences[c];
    const entry = {
      cluster: c,
      size,
      // The set of all instances, where nothing was split, belongs to no level.
      level: level < snapshot.levels.length ? level : undefined,
      node: node < 0 ? undefined : node,
      output: outputs.majority[c],
      label: labels?.majority[c],
      purity: labels?.purity[c],
      accuracy: correctnessOf(snapshot) && right[c] / size,
      instances: members[c],
    };
    yield `${c === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`;
  }
  yield '\n]\n';
}
