import { version } from '../../package.json';
import type { EngineNotifications, EngineRequests } from '../protocol/engine';
import { parseResolution } from './analyse';
import { ByteCache } from './byteCache';
import { exportData, exportPicture } from './export/state';
import { guessDatasets } from './guess';
import { checkState, lookAt } from './look';
import { placeOf } from './place';
import { recordModels } from './recordModels';
import { reportRun } from './report';
import { reportText } from './reportText';
import { RunStore } from './runStore';
import { pathsOf, rowsOfBlocks, rowsOfFlow, rowsOfInstances } from './scenes/paths';
import { Scenes } from './scenes/scenes';
import { instancesPage, levelPatterns, selectionDetails } from './selection';
import { runInfo, timelineOf } from './timeline';
import { breathe, type Work } from './work';

/** Tells something unasked. */
export type Tell = <K extends keyof EngineNotifications>(method: K, note: EngineNotifications[K]) => void;

/** Answers of all requests. */
export type Handlers = {
  [K in keyof EngineRequests]: (
    params: EngineRequests[K]['params'],
    work: Work,
  ) => EngineRequests[K]['result'] | Promise<EngineRequests[K]['result']>;
};

/**
 * The engine's requests, answered in this process.
 * @param cache what is kept between requests
 */
export function createService(tell: Tell, cache = new ByteCache()): Handlers {
  const store = new RunStore(cache);
  const scenes = new Scenes(store);
  return {
    'engine/info': () => ({ pid: process.pid, version, node: process.version }),
    'run/open': async ({ folder }) => runInfo(store, await store.open(folder)),
    'run/timeline': async ({ folder }, work) => timelineOf(store, await store.open(folder), work),
    'run/report': async ({ folder, resolution }, work) => {
      const { run } = await store.open(folder);
      const report = await reportRun(run, parseResolution(String(resolution)), {
        onSnapshot: (done, all) => work.onProgress?.(`Snapshot ${done} of ${all}`, done / all),
        signal: work.signal,
      });
      return { text: [...reportText(report)].join('') };
    },
    'data/guess': ({ model }) => guessDatasets(model),
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
    ...sceneHandlers(store, scenes),
    ...selectionHandlers(store, scenes),
  };
}

type SceneMethods = 'scene/draw' | 'scene/paths' | 'scene/pathsOfInstances' | 'scene/instances';

function sceneHandlers(store: RunStore, scenes: Scenes): Pick<Handlers, SceneMethods> {
  return {
    'scene/draw': (params, work) => scenes.draw(params, work),
    'scene/paths': async ({ folder, state, height, blocks, flow }, work) => {
      const model = await scenes.modelOf(folder, state, height, work);
      const rows = flow ? await rowsOfFlow(store.cache, model, flow) : rowsOfBlocks(model, blocks);
      return pathsOf(store.cache, model, rows);
    },
    'scene/pathsOfInstances': async ({ folder, state, height, instances }, work) => {
      const model = await scenes.modelOf(folder, state, height, work);
      return pathsOf(store.cache, model, rowsOfInstances(model, instances));
    },
    'scene/instances': async ({ folder, state, height, blocks }, work) => {
      const model = await scenes.modelOf(folder, state, height, work);
      return { instances: Array.from(rowsOfBlocks(model, blocks), (row) => model.instances[row]) };
    },
  };
}

type SelectionMethods = 'instances/page' | 'instances/place' | 'selection/details' | 'level/patterns';

function selectionHandlers(store: RunStore, scenes: Scenes): Pick<Handlers, SelectionMethods> {
  return {
    'instances/page': async ({ folder, state, height, from, count }, work) => {
      const opened = await store.open(folder);
      const model = await scenes.modelOf(folder, state, height, work);
      const look = await lookAt(store, opened, checkState(opened, state), work);
      await breathe(work);
      return instancesPage(opened.run, model, look, state.selection, from, count);
    },
    'instances/place': async ({ folder, instance }) => placeOf(store, await store.open(folder), instance),
    'selection/details': async ({ folder, state, height }, work) => {
      const opened = await store.open(folder);
      const model = await scenes.modelOf(folder, state, height, work);
      const look = await lookAt(store, opened, checkState(opened, state), work);
      await breathe(work);
      return selectionDetails(opened.run, model, look, state.selection);
    },
    'level/patterns': async ({ folder, state, level, count }, work) => {
      const opened = await store.open(folder);
      const look = await lookAt(store, opened, checkState(opened, { ...state, level }), work);
      return levelPatterns(opened.run, look, level, count);
    },
  };
}
