import { Option, type Command } from 'commander';
import { USUAL_PROTOTYPES, type Resolution } from '../core/patterns/resolution';
import {
  analyseOne,
  analyseSnapshot,
  parseResolution,
  type AnalysisProgress,
} from '../engine/analysis/analyse';
import { apdfCsv, apdfJson, type Lines } from '../engine/export/apdf';
import { snapshotLines, type DataFormat } from '../engine/export/formats';
import { instancesCsv, instancesJson, instanceTable } from '../engine/export/instances';
import { openRun, readSnapshot, snapshotIndex, type Run } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { anyNumber } from './numbers';
import { say } from './terminal';
import { writeData } from './writeOutput';
import { ProgressBar } from './progress';
import { UsageError } from './usageError';

type What = 'apdf' | 'clusters' | 'diagram' | 'nodes' | 'instances';

interface ExportOptions {
  epoch?: number;
  what: What;
  format: DataFormat;
  resolution?: string;
  out?: string;
}

const EXAMPLES = `
Examples:
  apd export runs/iris --what apdf --format csv --out apdf.csv
  apd export runs/iris --epoch 3 --what clusters --format csv
  apd export runs/iris --what diagram --format graphml --out iris.graphml
  apd export runs/iris --what instances --format csv | sort -t, -k9 -g | tail

What there is:
  apdf       a row an instance: instance,label,output,l0,… (exact patterns; with --resolution also p0,…)   csv, json
  clusters   the information-gain partition: instance,clust_size,clust_id                                  csv, json
  diagram    nodes and edges (csv: the edges)                                                              csv, json, dot, graphml
  nodes      occurrences, degrees, reachable outputs, label, purity, entropy of every node                 csv, json
  instances  cluster size, support, learned and forgotten epochs, disagreement of neighbours               csv, json`;

/** `apd export`: data of one snapshot. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write the data of a snapshot: patterns, clusters, diagram, nodes, instances')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--what <what>', 'what to write')
        .choices(['apdf', 'clusters', 'diagram', 'nodes', 'instances'])
        .default('apdf'),
    )
    .addOption(
      new Option('--format <format>', 'how to write it')
        .choices(['csv', 'json', 'dot', 'graphml'])
        .makeOptionMandatory(),
    )
    .option('--epoch <n>', 'epoch of the snapshot (the last one when left out)', anyNumber)
    .option(
      '--resolution <r>',
      'nodes of a level: auto, exact, or a number of prototypes (exact for apdf, clusters and instances when left out, auto for the rest)',
    )
    .option('--out <file>', 'file to write (stdout when left out)')
    .addHelpText('after', EXAMPLES)
    .action(exportData);
}

async function exportData(folder: string, options: ExportOptions): Promise<void> {
  const { what, format } = options;
  if (what !== 'diagram' && (format === 'dot' || format === 'graphml')) {
    throw new UsageError(`--format ${format} writes diagrams; ${what} can be csv or json`);
  }
  const run = await openRun(folder);
  const index = snapshotIndex(run, options.epoch);
  const bar = new ProgressBar('Reading');
  const progress: AnalysisProgress = {
    onSnapshot: (done, all) => bar.update(done, all),
    signal: interruptSignal(),
  };
  const lines = await linesOf(run, index, options, progress).finally(() => bar.clear());
  await writeData(lines, options.out);
  if (options.out !== undefined) say(`wrote ${options.out}`);
}

async function linesOf(
  run: Run,
  index: number,
  options: ExportOptions,
  progress: AnalysisProgress,
): Promise<Lines> {
  const { what, format } = options;
  const usual = what === 'diagram' || what === 'nodes' ? 'auto' : 'exact';
  const resolution: Resolution = parseResolution(options.resolution ?? usual);
  if (what === 'apdf') return apdfLines(run, index, options, progress);
  if (what === 'instances') {
    const table = await instanceTable(run, resolution, index, progress);
    return format === 'csv' ? instancesCsv(table) : instancesJson(table);
  }
  const analysed = await analyseOne(run, resolution, index, progress);
  tellNotices(analysed.resolved.map(({ notice }) => notice));
  return snapshotLines(run, analysed, what, format);
}

/** The APDF: exact patterns in any case, and prototypes beside them when a resolution is asked for. */
async function apdfLines(
  run: Run,
  index: number,
  options: ExportOptions,
  progress: AnalysisProgress,
): Promise<Lines> {
  const prototypes = options.resolution !== undefined;
  const analysed = prototypes
    ? await analyseOne(run, parseResolution(options.resolution!), index, progress)
    : analyseSnapshot({ run, index, snapshot: await readSnapshot(run, index), resolution: 'exact' });
  tellNotices(
    analysed.snapshot.levels.map(({ coarse, layer }, l) =>
      coarse && !prototypes
        ? `${layer.name}: its exact patterns passed the limit and were not kept, so column l${l} is empty; --resolution ${USUAL_PROTOTYPES} gives its prototypes`
        : undefined,
    ),
  );
  return options.format === 'csv' ? apdfCsv(analysed, prototypes) : apdfJson(analysed, prototypes);
}

function tellNotices(notices: (string | undefined)[]): void {
  for (const notice of notices) if (notice !== undefined) say(notice);
}
