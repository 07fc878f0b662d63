import type { Run } from '../../runs/readRun';
import type { AnalysedSnapshot } from '../analysis/analyse';
import type { Lines } from './apdf';
import { clustersCsv, clustersJson } from './clusters';
import { diagramCsv, diagramDot, diagramJson } from './diagram';
import { diagramGraphml } from './graphml';
import { nodesCsv, nodesJson } from './nodes';

/** Formats that data of a snapshot is written in; `dot` and `graphml` write diagrams only. */
export type DataFormat = 'csv' | 'json' | 'dot' | 'graphml';

/** Clusters, nodes or the diagram of a snapshot in a format. */
export function snapshotLines(
  run: Run,
  analysed: AnalysedSnapshot,
  what: 'clusters' | 'nodes' | 'diagram',
  format: DataFormat,
): Lines {
  switch (what) {
    case 'clusters':
      return format === 'csv' ? clustersCsv(analysed) : clustersJson(analysed);
    case 'nodes':
      return format === 'csv' ? nodesCsv(run, analysed) : nodesJson(run, analysed);
    case 'diagram':
      return diagramLines(run, analysed, format);
  }
}

function diagramLines(run: Run, analysed: AnalysedSnapshot, format: DataFormat): Lines {
  switch (format) {
    case 'csv':
      return diagramCsv(analysed);
    case 'json':
      return diagramJson(run, analysed);
    case 'dot':
      return diagramDot(run, analysed);
    case 'graphml':
      return diagramGraphml(run, analysed);
  }
}
