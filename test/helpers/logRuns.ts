import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ByteCache } from '../../src/engine/work/byteCache';
import { LogRegistry } from '../../src/engine/logs/logRegistry';
import { RunLogs } from '../../src/engine/logs/runLogs';
import { logHandlers } from '../../src/engine/logs/logHandlers';
import { RunStore } from '../../src/engine/analysis/runStore';
import type { LogInfo, LogOptions, LogRequests } from '../../src/protocol/logs';
import type { ManifestSnapshot } from '../../src/runs/manifest';

/** What a test says of a snapshot. */
export type MadeSnapshot = Partial<Omit<ManifestSnapshot, 'model'>> & { epoch: number; model?: string };

/** Writes the manifest of a run; its patterns are not needed to tell its log. */
export function makeRun(folder: string, snapshots: readonly MadeSnapshot[]): string {
  mkdirSync(folder, { recursive: true });
  const manifest = {
    formatVersion: 1,
    name: path.basename(folder),
    dataset: { path: 'x.npy', rows: 4 },
    classes: ['0', '1'],
    layers: [{ name: 'relu', activation: 'Relu', units: 4, shape: [4], bits: 1 }],
    snapshots: snapshots.map(({ model, ...rest }, s) => ({
      patterns: `patterns/${s}.npz`,
      ...rest,
      ...(model === undefined ? {} : { model: { path: model } }),
    })),
  };
  writeFileSync(path.join(folder, 'apd-run.json'), JSON.stringify(manifest));
  return folder;
}

/** Snapshots of models by their names, with epochs as `apd record` numbers models whose names it cannot read. */
export function counted(models: readonly string[]): MadeSnapshot[] {
  return models.map((model, epoch) => ({ epoch, model }));
}

/** Path of a log that a tool wrote. */
export function realLog(name: string): string {
  return path.resolve('test/fixtures/logs', name);
}

/** Lines of a text file as an editor counts them, the first at index 1. */
export function linesOf(file: string): string[] {
  return ['', ...readFileSync(file, 'utf8').split(/\r\n|\n|\r/)];
}

export const options: LogOptions = { findBeside: true };

/** The requests about logs, answered in this process; ended after the `describe`. */
export function logRequests() {
  const notes: string[] = [];
  const warnings: string[] = [];
  const store = new RunStore(new ByteCache());
  const tell = (method: string, note: object) => {
    if (method === 'log/changed') notes.push((note as { file: string }).file);
    else warnings.push((note as { text: string }).text);
  };
  const logs = new RunLogs(store, new LogRegistry(tell));
  const handlers = logHandlers(store, logs, tell);
  after(() => logs.registry.close());
  const ask = async <K extends keyof LogRequests>(
    method: K,
    params: Omit<LogRequests[K]['params'], 'options'> & { options?: LogOptions },
  ): Promise<LogRequests[K]['result']> => {
    const handler = handlers[method] as (
      params: unknown,
      work: object,
    ) => Promise<LogRequests[K]['result']> | LogRequests[K]['result'];
    return handler({ options, ...params }, {});
  };
  const info = (folder: string): Promise<LogInfo> => ask('log/info', { folder });
  return { ask, info, notes, warnings };
}

/** Epochs of the log's rows by snapshot, `–` for those without. */
export function epochsOf({ marks, unmatchedSnapshots }: LogInfo): (number | string | undefined)[] {
  const all = [
    ...marks.map(({ snapshot, epoch, step }) => ({ snapshot, at: epoch ?? step })),
    ...unmatchedSnapshots.map(({ snapshot }) => ({ snapshot, at: '–' })),
  ];
  return all.sort((a, b) => a.snapshot - b.snapshot).map(({ at }) => at);
}
