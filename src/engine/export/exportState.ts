import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError } from '../../core/errors';
import { subsetSnapshot, thinSnapshot } from '../../core/patterns/subset';
import { renderPng } from '../../draw/writePng';
import type { EngineRequests, ExportFormat, ExportWhat } from '../../protocol/engine';
import { writeAtomically, writeFileAtomically, writingError } from '../../runs/atomic';
import type { AnalysedSnapshot } from '../analysis/analyse';
import { colourInstances } from '../analysis/colouring';
import { checkState, showSnapshot, type CheckedState } from '../analysis/shownSnapshot';
import { drawFlowView, drawPartitionView, partitionView } from '../scenes/drawSnapshot';
import { rowsWhere, type OpenedRun, type RunStore } from '../analysis/runStore';
import type { Scenes } from '../scenes/scenes';
import { letMessagesIn, type Work } from '../work/work';
import { apdfCsv, apdfJson, type Lines } from './apdf';
import { snapshotLines } from './formats';
import { instancesCsv, instancesJson, instanceTableOf } from './instances';
import { drawPatterns } from './patternsPicture';
import { snapshotName } from '../../core/wording';

type PictureRequest = EngineRequests['export/picture']['params'];
type DataRequest = EngineRequests['export/data']['params'];

/** Writes a picture of a state: SVG or PNG by the file's ending. @throws InputError */
export async function exportPicture(
  store: RunStore,
  scenes: Scenes,
  request: PictureRequest,
  work: Work,
): Promise<{ file: string }> {
  const { file } = request;
  const format = path.extname(file).toLowerCase();
  if (format !== '.svg' && format !== '.png') {
    throw new InputError(file, `ends in '${format}', expected a picture file: .svg or .png`);
  }
  const svg = await pictureOf(store, scenes, request, work);
  await letMessagesIn(work);
  await writeFileAtomically(file, format === '.svg' ? svg : await renderPng(svg));
  return { file };
}

async function pictureOf(
  store: RunStore,
  scenes: Scenes,
  { folder, state, height, theme }: PictureRequest,
  work: Work,
): Promise<string> {
  const opened = await store.open(folder);
  const { run } = opened;
  const page = { theme };
  if (state.view === 'partition') {
    const { shown, classing } = await showSnapshot(store, opened, checkState(opened, state), work);
    if (!shown || !classing) throw nothingLeft(folder);
    return drawPartitionView(run, partitionView(run, shown, classing, state.hiddenLevels), page);
  }
  const model = await scenes.modelOf(folder, state, height, work);
  if (model.instances.length === 0) throw nothingLeft(folder);
  const name = run.manifest.name;
  if (model.flow) {
    const title =
      model.kind === 'time'
        ? `${name} · ${run.layers[state.level].name} over time`
        : `${name} · ${snapshotName(run.manifest.snapshots[state.snapshot])}`;
    return drawFlowView({
      view: model.flow.view,
      order: scenes.orderOf(model),
      classing: model.flow.classing,
      title,
      page,
    });
  }
  if (model.scene?.kind !== 'patterns') throw new Error(`no picture of the ${model.kind} view`);
  const classing = colourInstances(run, await store.snapshot(opened, state.snapshot), state.colour);
  return drawPatterns(
    model.scene,
    classing,
    `${name} · ${snapshotName(run.manifest.snapshots[state.snapshot])} · ${run.layers[state.level].name}`,
    theme,
  );
}

function nothingLeft(folder: string): InputError {
  return new InputError(
    folder,
    'filters and hidden classes leave no instances, so there is nothing to write',
  );
}

/** Writes the data of a state: of the instances that are shown, at their resolutions. @throws InputError */
export async function exportData(
  store: RunStore,
  request: DataRequest,
  work: Work,
): Promise<{ file: string }> {
  const { folder, state, what, format, file } = request;
  if (what !== 'diagram' && (format === 'dot' || format === 'graphml')) {
    throw new InputError(file, `${format} holds diagrams; ${what} can be csv or json`);
  }
  const opened = await store.open(folder);
  const checked = checkState(opened, state);
  const { shown } = await showSnapshot(store, opened, checked, work);
  if (!shown) throw nothingLeft(folder);
  const lines =
    what === 'instances'
      ? await instanceLines({ store, opened, checked, analysed: shown, format, work })
      : linesOf(opened, shown, what, format);
  await writeText(file, lines, work);
  return { file };
}

function linesOf(
  { run }: OpenedRun,
  analysed: AnalysedSnapshot,
  what: Exclude<ExportWhat, 'instances'>,
  format: ExportFormat,
): Lines {
  if (what !== 'apdf') return snapshotLines(run, analysed, what, format);
  const prototypes = analysed.resolved.some(({ resolution }) => resolution !== 'exact');
  return format === 'csv' ? apdfCsv(analysed, prototypes) : apdfJson(analysed, prototypes);
}

async function instanceLines({
  store,
  opened,
  checked: { filter },
  analysed,
  format,
  work,
}: {
  store: RunStore;
  opened: OpenedRun;
  checked: CheckedState;
  analysed: AnalysedSnapshot;
  format: ExportFormat;
  work: Work;
}): Promise<Lines> {
  const shown = new Set(analysed.snapshot.instances);
  const snapshotAt = async (s: number) => {
    await letMessagesIn(work);
    const snapshot = await store.snapshot(opened, s, filter);
    if (snapshot.instances.length === shown.size) return snapshot;
    return thinSnapshot(
      snapshot,
      rowsWhere(snapshot.instances, (instance) => shown.has(instance)),
    );
  };
  // Neighbours are looked for among the patterns that are left.
  const all = Int32Array.from(analysed.snapshot.instances.keys());
  const snapshot = subsetSnapshot(analysed.snapshot, all);
  const table = await instanceTableOf(opened.run, { ...analysed, snapshot }, snapshotAt, work);
  return format === 'csv' ? instancesCsv(table) : instancesJson(table);
}

/** Lines that are written before messages are let in. */
const LINES_AT_ONCE = 2000;

async function* pieces(lines: Lines, work: Work): AsyncGenerator<string> {
  let text = '';
  let count = 0;
  for (const line of lines) {
    text += line;
    if (++count % LINES_AT_ONCE !== 0) continue;
    yield text;
    text = '';
    await letMessagesIn(work);
  }
  yield text;
}

/** Writes text to a file, whole or not at all. */
async function writeText(file: string, lines: Lines, work: Work): Promise<void> {
  await writeAtomically(file, async (temporary) => {
    try {
      await pipeline(Readable.from(pieces(lines, work)), createWriteStream(temporary));
    } catch (error) {
      throw writingError(error, file);
    }
  });
}
