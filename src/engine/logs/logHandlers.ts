import path from 'node:path';
import { InputError } from '../../core/errors';
import type { LogOptions, LogRequests } from '../../protocol/logs';
import type { RunStore } from '../analysis/runStore';
import type { Handlers, Tell } from '../work/handlers';
import type { FoundBeside } from './chosenLog';
import { correctLog, linkLog } from './linking';
import { logInfo } from './logInfo';
import { logTable } from './logTable';
import { metricName } from './metricSense';
import type { RunLogs } from './runLogs';

/** Answers of all requests about logs. */
export function logHandlers(store: RunStore, logs: RunLogs, tell: Tell): Pick<Handlers, keyof LogRequests> {
  const { registry } = logs;
  return {
    'log/links': ({ folders, options }) => findAll(logs, folders, options, tell),
    'log/info': async ({ folder, options }, work) => logInfo(await logs.read(folder, options, work)),
    'log/link': async (params, work) => {
      // The run must be there: links lie in its folder.
      const { run } = await store.open(params.folder);
      await linkLog(registry, { ...params, folder: run.folder }, work.signal);
      return logInfo(await logs.read(run.folder, params.options, work));
    },
    'log/correct': async (params, work) => {
      const { folder, options } = params;
      await correctLog(await logs.read(folder, options, work), params);
      return logInfo(await logs.read(folder, options, work));
    },
    'log/curves': async ({ folder, metrics, options }, work) => {
      const { version, matched } = await logs.read(folder, options, work);
      const names = matched?.log.metricNames ?? [];
      const all = names.map((name) => metricName(name, matched?.plainSplit));
      return { version, metrics: all, curves: matched?.curves(metrics) ?? [] };
    },
    'log/table': async ({ file, from, count, options }, work) =>
      logTable(await registry.read(path.resolve(file), options, work.signal), from, count),
    'log/watch': ({ files, options }) => {
      registry.watch(
        files.map((file) => path.resolve(file)),
        options,
      );
      return {};
    },
  };
}

/** Logs of runs; those of damaged runs are left out, as what is wrong with them is told when they are opened. */
async function findAll(
  logs: RunLogs,
  folders: readonly string[],
  options: LogOptions,
  tell: Tell,
): Promise<LogRequests['log/links']['result']> {
  const found: LogRequests['log/links']['result'] = [];
  const beside: FoundBeside = new Map();
  for (const folder of folders) {
    try {
      const chosen = await logs.find(folder, options, beside);
      if (chosen) found.push({ folder, ...chosen });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tell('engine/log', { level: 'warn', text: `Log of a run: ${error.message}` });
    }
  }
  return found;
}
