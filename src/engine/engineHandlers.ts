import { version } from '../../package.json';
import { visibleText } from '../core/visibleText';
import { loadOnnxBackend } from '../models/onnx/onnxBackend';
import { otherModelOf } from '../models/others/otherModel';
import type { EngineRequests, StateRequest } from '../protocol/engine';
import type { ViewState } from '../protocol/state';
import { readLabelNoise } from '../runs/readLabelNoise';
import { parseResolution } from './analysis/analyse';
import { ByteCache } from './work/byteCache';
import { exportData, exportPicture } from './export/exportState';
import { findInstance } from './analysis/findInstance';
import { followHandlers } from './follow/followHandlers';
import type { Handlers, Tell } from './work/handlers';
import { describeDataset } from './recording/describeDataset';
import { guessDatasets } from './recording/guessDatasets';
import { InstanceSet } from './analysis/instanceSet';
import { LogRegistry } from './logs/logRegistry';
import { withLog } from './logs/logReport';
import { RunLogs } from './logs/runLogs';
import { logHandlers } from './logs/logHandlers';
import { snapshotBitChange } from './logs/snapshotBitChange';
import { checkState, showSnapshot, type ShownSnapshot } from './analysis/shownSnapshot';
import { instancePlace } from './analysis/instancePlace';
import { recordModels } from './recording/recordModels';
import { reportRun } from './reports/report';
import { reportText } from './reports/reportText';
import { RunStore } from './analysis/runStore';
import { continuationOf } from './scenes/nodeContinuation';
import { pathsOf } from './scenes/instancePaths';
import { Scenes } from './scenes/scenes';
import { selectedRows } from './scenes/selectedRows';
import { instancesPage, levelPatterns, selectionDetails } from './analysis/selectionDetails';
import { runInfo, timelineOf } from './analysis/runTimeline';
import { trainingHandlers } from './training/trainingHandlers';
import { letMessagesIn, type Work } from './work/work';

/**
 * The engine's requests, answered in this process.
 * @param cache what is kept between requests
 */
export function createEngineHandlers(tell: Tell, cache = new ByteCache()): Handlers {
  const store = new RunStore(cache);
  const scenes = new Scenes(store);
  const logs = new RunLogs(store, new LogRegistry(tell));
  return {
    'engine/info': () => ({ pid: process.pid, version, node: process.version }),
    'engine/prepare': async ({ engine }) => ({ backend: (await loadOnnxBackend(engine)).backend.name }),
    'run/open': async ({ folder }) => runInfo(store, await store.open(folder)),
    'run/timeline': async ({ folder }, work) => timelineOf(store, await store.open(folder), work),
    'run/bitChange': async ({ folder, snapshot }) =>
      snapshotBitChange(store, await store.open(folder), snapshot),
    'run/report': async ({ folder, resolution, log }, work) => {
      const { run } = await store.open(folder);
      const report = await reportRun(run, parseResolution(String(resolution)), {
        onSnapshot: (done, all) => work.onProgress?.(`Snapshot ${done} of ${all}`, done / all),
        signal: work.signal,
      });
      const whole = log ? withLog(report, await logs.read(folder, log, work)) : report;
      return { text: Array.from(reportText(whole), (line) => `${visibleText(line)}\n`).join('') };
    },
    'data/guess': ({ model }) => guessDatasets(model),
    'model/other': async ({ file }) => {
      const other = await otherModelOf(file);
      if (!other) return {};
      const { problem, lines, replay } = other;
      return { other: { problem, lines, replayed: replay !== undefined } };
    },
    'data/describe': (params, work) => describeDataset(params, work.signal),
    'model/record': (params, work) =>
      recordModels(
        params,
        {
          onLog: (text) => tell('engine/log', { level: 'info', text }),
          onSnapshot: (note) => tell('run/snapshot', note),
        },
        work,
      ),
    'export/picture': (params, work) => exportPicture(store, scenes, params, work),
    'export/data': (params, work) => exportData(store, params, work),
    ...trainingHandlers(tell),
    ...logHandlers(store, logs, tell),
    ...followHandlers(tell),
    ...sceneHandlers(store, scenes),
    ...selectionHandlers(store, scenes),
  };
}

type SceneMethods = 'scene/draw' | 'scene/paths' | 'scene/instances';

function sceneHandlers(store: RunStore, scenes: Scenes): Pick<Handlers, SceneMethods> {
  const rowsOf = async (
    { folder, state, height, selection }: EngineRequests['scene/paths']['params'],
    work: Work,
  ) => {
    const model = await scenes.modelOf(folder, state, height, work);
    const rows = await selectedRows(store.cache, model, selection, () => look(store, folder, state, work));
    return { model, rows };
  };
  return {
    'scene/draw': (params, work) => scenes.draw(params, work),
    'scene/paths': async (params, work) => {
      const { model, rows } = await rowsOf(params, work);
      return pathsOf(store.cache, model, rows);
    },
    'scene/instances': async (params, work) => {
      const { model, rows } = await rowsOf(params, work);
      const instances = rows.map((row) => model.instances[row]);
      return { count: instances.length, instances: InstanceSet.of(instances).text };
    },
  };
}

type SelectionMethods =
  | 'instances/page'
  | 'instances/find'
  | 'instances/place'
  | 'selection/details'
  | 'level/patterns'
  | 'level/continuation';

function selectionHandlers(store: RunStore, scenes: Scenes): Pick<Handlers, SelectionMethods> {
  const selected = async ({ folder, state, height }: StateRequest, work: Work) => {
    const opened = await store.open(folder);
    const { run } = opened;
    const model = await scenes.modelOf(folder, state, height, work);
    const seen = await look(store, folder, state, work);
    await letMessagesIn(work);
    const rows = await selectedRows(store.cache, model, state.selection, () => Promise.resolve(seen));
    return { opened, run, model, seen, rows };
  };
  return {
    'instances/page': async ({ from, count, ...request }, work) => {
      const { opened, run, model, seen, rows } = await selected(request, work);
      const originals = await store.cache.remember(`${opened.key}label noise`, async () => ({
        of: await readLabelNoise(opened.run),
      }));
      return instancesPage({ run, model, look: seen, rows, from, count, originals: originals.of });
    },
    'instances/find': async ({ folder, state, instance }) => {
      const opened = await store.open(folder);
      return findInstance(store, opened, checkState(opened, state), instance);
    },
    'instances/place': async ({ folder, instance }) =>
      instancePlace(store, await store.open(folder), instance),
    'selection/details': async (request, work) => {
      const { run, model, seen, rows } = await selected(request, work);
      return selectionDetails({ run, model, look: seen, selection: request.state.selection, rows });
    },
    'level/patterns': async ({ folder, state, level, count }, work) => {
      const { run } = await store.open(folder);
      return levelPatterns(run, await look(store, folder, { ...state, level }, work), level, count);
    },
    'level/continuation': async ({ folder, state, before, level, node }, work) => {
      const earlier = await look(store, folder, before, work);
      const now = await look(store, folder, state, work);
      await letMessagesIn(work);
      return { node: continuationOf(earlier, now, level, node) };
    },
  };
}

async function look(store: RunStore, folder: string, state: ViewState, work: Work): Promise<ShownSnapshot> {
  const opened = await store.open(folder);
  return showSnapshot(store, opened, checkState(opened, state), work);
}
