import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import Ajv from 'ajv';
import { InputError } from '../core/errors';
import { namedFile } from '../data/files/namedFile';
import { formatBytes } from '../data/wording';
import { writeFileAtomically } from './atomic';

/** Name of the file in a run folder that remembers what the run is linked to. */
export const linksName = 'apd-links.json';

const largest = 16 * 1024 * 1024;

/** A row of a log as a user points at it; remembered with the run, so by what stays when the log grows. */
export interface RowReference {
  /** Line within the row, from 1. */
  line?: number;
  /** Epoch as the log counts. */
  epoch?: number;
  step?: number;
}

/** What a run is linked to. Paths are as `linkTo` makes them. */
export interface RunLinks {
  formatVersion: 1;
  log?: {
    /** Null: the user wants none. */
    path: string | null;
    /** The log that was linked before: what is set by hand below is of it, should it be linked again. */
    was?: string;
    /** Rows set by hand, by the checkpoint's model path, or the path of the snapshot's patterns; null: it belongs to none. */
    rows?: Record<string, RowReference | null>;
    /** Added to the epoch of a checkpoint to give that of the log. */
    epochShift?: number;
  };
  /** Where checkpoints come from, and whether that folder is followed. */
  checkpoints?: { path: string; follow: boolean };
}

const number = { type: 'number' };
const schema = {
  type: 'object',
  required: ['formatVersion'],
  properties: {
    formatVersion: { type: 'integer', minimum: 1 },
    log: {
      type: 'object',
      required: ['path'],
      properties: {
        path: { type: ['string', 'null'], minLength: 1 },
        was: { type: 'string', minLength: 1 },
        rows: {
          type: 'object',
          additionalProperties: {
            type: ['object', 'null'],
            properties: { line: { type: 'integer', minimum: 1 }, epoch: number, step: number },
          },
        },
        epochShift: number,
      },
    },
    checkpoints: {
      type: 'object',
      required: ['path', 'follow'],
      properties: { path: { type: 'string', minLength: 1 }, follow: { type: 'boolean' } },
    },
  },
};

const validate = new Ajv({ allErrors: false, allowUnionTypes: true }).compile<RunLinks>(schema);

/** A path as links have it: relative to the run folder, with `/`; absolute only where it is on another drive. */
export function linkTo(folder: string, file: string): string {
  const relative = path.relative(path.resolve(folder), path.resolve(file));
  return path.isAbsolute(relative) ? relative : relative.split(path.sep).join('/') || '.';
}

/** The absolute path that a link of a run leads to. @throws InputError where that is on another computer */
export function linkTarget(folder: string, link: string): string {
  return namedFile(folder, link, path.join(folder, linksName));
}

/**
 * Reads what a run is linked to: nothing where it has no such file.
 * @param folder the run's
 * @throws InputError where the file is damaged
 */
export async function readLinks(folder: string): Promise<RunLinks> {
  const file = path.join(folder, linksName);
  const content = await readIfThere(file);
  if (content === undefined) return { formatVersion: 1 };
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new InputError(file, `is not JSON (${(error as Error).message}); delete it to begin anew`);
  }
  if (!validate(parsed)) {
    const problem = validate.errors?.[0];
    throw new InputError(file, problem?.message ?? 'has no links', problem?.instancePath || undefined);
  }
  const version: number = parsed.formatVersion;
  if (version > 1) {
    throw new InputError(
      file,
      `has format version ${version}; this program reads version 1: a newer one is needed`,
    );
  }
  return parsed;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > largest) {
      throw new InputError(file, `has ${formatBytes(size)}, expected ${formatBytes(largest)} at most`);
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof InputError || code === undefined) throw error;
    throw new InputError(file, `cannot be read (${code})`);
  }
}

/** The last change of each folder's links. */
const pending = new Map<string, Promise<unknown>>();

/**
 * Changes what a run is linked to. Changes of one run come one after the other. Fields that this version does not know stay
 * as they are; those that it knows and `change` leaves out are taken away.
 * @param folder the run's
 * @param change gets the present links and gives the new ones
 * @returns the new links, which are then on disk
 * @throws InputError where the file is damaged, or cannot be written
 */
export async function changeLinks(folder: string, change: (links: RunLinks) => RunLinks): Promise<RunLinks> {
  const key = path.resolve(folder);
  const before = pending.get(key) ?? Promise.resolve();
  // What went wrong before was told to who asked for that.
  const changed = before.catch(() => undefined).then(() => applyChange(key, change));
  pending.set(key, changed);
  try {
    return await changed;
  } finally {
    if (pending.get(key) === changed) pending.delete(key);
  }
}

async function applyChange(folder: string, change: (links: RunLinks) => RunLinks): Promise<RunLinks> {
  const links = await readLinks(folder);
  const changed = { ...unknownFieldsOf(links), ...change(structuredClone(links)) };
  const content = `${JSON.stringify(changed, undefined, 2)}\n`;
  await writeFileAtomically(path.join(folder, linksName), content);
  return changed;
}

function unknownFieldsOf(links: RunLinks): Partial<RunLinks> {
  const known = Object.keys(schema.properties);
  return Object.fromEntries(Object.entries(links).filter(([name]) => !known.includes(name)));
}
