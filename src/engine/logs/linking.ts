import path from 'node:path';
import { InputError } from '../../core/errors';
import type { LogOptions, LogRequests, RowPointer } from '../../protocol/logs';
import { changeLinks, linkTarget, linkTo, type RowReference, type RunLinks } from '../../runs/links';
import type { LogRow } from '../../logs/formats/log';
import type { LogRegistry } from './logRegistry';
import type { RunLog } from './runLogs';

type LogLink = NonNullable<RunLinks['log']>;

/**
 * Links a log to a run, or none. What was set right by hand stays where it is the same log.
 * @throws InputError where the file cannot be read, or is no log
 */
export async function linkLog(
  registry: LogRegistry,
  { folder, file, options }: LogRequests['log/link']['params'],
  signal?: AbortSignal,
): Promise<void> {
  if (file !== null) await checkIsLog(registry, path.resolve(file), options, signal);
  await changeLinks(folder, (links) => ({ ...links, log: linkOf(folder, file, links.log) }));
}

/** @throws InputError naming the file, and why it is no log */
export async function checkIsLog(
  registry: LogRegistry,
  file: string,
  options: Pick<LogOptions, 'pattern'>,
  signal?: AbortSignal,
): Promise<void> {
  const { followed } = await registry.read(file, options, signal);
  if (followed.state === 'read' && followed.log) return;
  const problem = followed.problem ?? whyUnread(followed.state);
  throw new InputError(file, problem);
}

/** Why nothing was read of a log that has no other problem. */
export function whyUnread(state: 'unread' | 'read' | 'missing' | 'failed'): string {
  return state === 'read' ? 'is empty, so it cannot be told whether it is a log' : 'is not there';
}

/** The link to a log; null for none. What was set right by hand stays with the log that it was set for. */
export function linkOf(folder: string, file: string | null, before: LogLink | undefined): LogLink {
  const known = before?.path ?? before?.was;
  const { rows, epochShift } = before ?? {};
  const byHand = { ...(rows ? { rows } : {}), ...(epochShift === undefined ? {} : { epochShift }) };
  if (file === null) return known === undefined ? { path: null } : { path: null, was: known, ...byHand };
  const same = known !== undefined && linkTarget(folder, known) === path.resolve(file);
  return { path: linkTo(folder, file), ...(same ? byHand : {}) };
}

/**
 * Sets right how a run's log and its snapshots belong together. A log that was found by itself is linked by that.
 * @throws InputError where the run has no log, or what is set is not there
 */
export async function correctLog(
  log: RunLog,
  { row, epochShift }: LogRequests['log/correct']['params'],
): Promise<void> {
  const { opened, chosen } = log;
  const { folder } = opened.run;
  if (!chosen) throw new InputError(folder, 'has no log with which its snapshots could be brought together');
  const changed = row && { name: nameOf(log, row.snapshot), to: referenceOf(log, row.to) };
  if (typeof epochShift === 'number' && !Number.isSafeInteger(epochShift)) {
    throw new InputError(folder, `epochs cannot be shifted by ${epochShift}, expected a whole number`);
  }
  await changeLinks(folder, (links) => {
    const link = { ...linkOf(folder, chosen.file, links.log) };
    if (epochShift === null) delete link.epochShift;
    if (typeof epochShift === 'number') link.epochShift = epochShift;
    if (changed) link.rows = withRow(link.rows, changed.name, changed.to);
    return { ...links, log: link };
  });
}

function withRow(
  rows: LogLink['rows'] = {},
  name: string,
  to: RowReference | null | undefined,
): LogLink['rows'] {
  const kept = Object.entries(rows).filter(([of]) => of !== name);
  const all = to === undefined ? kept : [...kept, [name, to] as const];
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

function nameOf({ opened, matched, chosen }: RunLog, snapshot: number): string {
  const checkpoint = matched?.checkpoints[snapshot];
  if (checkpoint) return checkpoint.name;
  if (!matched) throw new InputError(chosen!.file, 'cannot be read now, so nothing can be set right in it');
  const { folder, manifest } = opened.run;
  throw new InputError(folder, `has ${manifest.snapshots.length} snapshots, none of number ${snapshot}`);
}

/** The row that a user points at, by its line and also by its epoch and step, for logs that are written anew. */
function referenceOf(log: RunLog, to: RowPointer | null | undefined): RowReference | null | undefined {
  if (to === null || to === undefined || to.line === undefined) return to;
  const { line } = to;
  const found = log.matched?.log.rows.find((row) => hasLine(row, line));
  if (!found) throw new InputError(log.chosen!.file, 'tells of no epoch or step', `line ${line}`);
  const { epoch, step } = found;
  return { line, ...(epoch === undefined ? {} : { epoch }), ...(step === undefined ? {} : { step }) };
}

function hasLine({ place }: LogRow, line: number): boolean {
  return place.line !== undefined && place.line <= line && line <= (place.endLine ?? place.line);
}
