import { stat } from 'node:fs/promises';
import path from 'node:path';
import { mayContact } from '../../data/files/namedFile';
import type { LogOrigin } from '../../protocol/logs';
import { findLogsBeside } from '../../logs/matching/findLogs';
import { linkTarget, type RunLinks } from '../../runs/links';
import type { Manifest } from '../../runs/manifest';
import { LOG_NAME } from '../training/trainLog';

/** A log that a run has, or may have. */
export interface ChosenLog {
  /** Absolute path. */
  file: string;
  origin: LogOrigin;
}

/** Logs beside checkpoints that are looked at, at most. */
const MOST_CANDIDATES = 8;
/** Folders between a model and the folder that holds all models of its run: `run/checkpoint-500/onnx/model.onnx`. */
const DEEPEST = 2;

/**
 * The log that was linked to a run, or that lies in its folder.
 * @returns null where it is to have none, undefined where nothing was said
 */
export async function declaredLog(folder: string, links: RunLinks): Promise<ChosenLog | null | undefined> {
  if (links.log) {
    const { path: linked } = links.log;
    return linked === null ? null : { file: linkTarget(folder, linked), origin: 'linked' };
  }
  const own = path.resolve(folder, LOG_NAME);
  const found = await stat(own).catch(() => undefined);
  return found?.isFile() ? { file: own, origin: 'own' } : undefined;
}

/** What was found beside checkpoints, by their folders: many runs may share them. */
export type FoundBeside = Map<string, Promise<ChosenLog[]>>;

/**
 * Files beside the models of a run that look like logs by name and beginning, the likeliest first.
 * @param known what was found a moment ago
 */
export function logsBeside(
  folder: string,
  manifest: Manifest,
  known: FoundBeside = new Map(),
): Promise<ChosenLog[]> {
  const models = manifest.snapshots
    .flatMap(({ model }) => (model ? [path.resolve(folder, model.path)] : []))
    // Nobody asked for a log there: it can be linked.
    .filter((model) => mayContact(model, folder));
  const rooms = [...new Set(models.map((model) => path.dirname(model)))];
  const key = rooms.join('\n');
  const found = known.get(key) ?? searchBeside(rooms, models);
  known.set(key, found);
  return found;
}

async function searchBeside(rooms: readonly string[], models: readonly string[]): Promise<ChosenLog[]> {
  if (rooms.length === 0) return [];
  const common = rooms.reduce(commonFolder);
  const depth = (room: string) => room.split(path.sep).length;
  if (rooms.some((room) => depth(room) - depth(common) > DEEPEST)) return [];
  const found = await findLogsBeside(common, models);
  return found.slice(0, MOST_CANDIDATES).map(({ file }) => ({ file: path.resolve(file), origin: 'beside' }));
}

function commonFolder(a: string, b: string): string {
  let common = a;
  while (common !== b && !b.startsWith(common.endsWith(path.sep) ? common : common + path.sep)) {
    common = path.dirname(common);
  }
  return common;
}
