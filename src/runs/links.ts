import { Type, type Static } from '@sinclair/typebox';
import path from 'node:path';
import { namedFile } from '../data/files/namedFile';
import { readTextIfThere } from '../data/files/fileAccess';
import { writeFileAtomically } from './atomic';
import { documentReader } from './jsonDocument';

/** Name of the file in a run folder that remembers what the run is linked to. */
export const LINKS_NAME = 'apd-links.json';

const LARGEST = 16 * 1024 * 1024;

const number = Type.Number();
const text = Type.String({ minLength: 1, maxLength: 4096 });

const rowReference = Type.Object({
  /** Line within the row, from 1. */
  line: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Epoch as the log counts. */
  epoch: Type.Optional(number),
  step: Type.Optional(number),
});

const schema = Type.Object({
  formatVersion: Type.Integer({ minimum: 1 }),
  log: Type.Optional(
    Type.Object({
      /** Null: the user wants none. */
      path: Type.Union([text, Type.Null()]),
      /** The log that was linked before: what is set by hand below is of it, should it be linked again. */
      was: Type.Optional(text),
      /** Rows set by hand, by the checkpoint's model path, or the path of the snapshot's patterns; null: it belongs to none. */
      rows: Type.Optional(Type.Record(Type.String(), Type.Union([rowReference, Type.Null()]))),
      /** Added to the epoch of a checkpoint to give that of the log. */
      epochShift: Type.Optional(number),
    }),
  ),
  /** Where checkpoints come from, and whether that folder is followed. */
  checkpoints: Type.Optional(Type.Object({ path: text, follow: Type.Boolean() })),
});

/** What a run is linked to. Paths are as `linkTo` makes them. */
export type RunLinks = Static<typeof schema>;
/** A row of a log as a user points at it; remembered with the run, so by what stays when the log grows. */
export type RowReference = Static<typeof rowReference>;

const parseLinks = documentReader({ schema, version: 1, advice: '; delete it to begin anew' });

/** A path as links have it: relative to the run folder, with `/`; absolute only where it is on another drive. */
export function linkTo(folder: string, file: string): string {
  const relative = path.relative(path.resolve(folder), path.resolve(file));
  return path.isAbsolute(relative) ? relative : relative.split(path.sep).join('/') || '.';
}

/** The absolute path that a link of a run leads to. @throws InputError where that is on another computer */
export function linkTarget(folder: string, link: string): string {
  return namedFile(folder, link, path.join(folder, LINKS_NAME));
}

/**
 * Reads what a run is linked to: nothing where it has no such file.
 * @param folder the run's
 * @throws InputError where the file is damaged
 */
export async function readLinks(folder: string): Promise<RunLinks> {
  const file = path.join(folder, LINKS_NAME);
  const content = await readTextIfThere(file, LARGEST);
  return content === undefined ? { formatVersion: 1 } : parseLinks(content, file);
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
  await writeFileAtomically(path.join(folder, LINKS_NAME), content);
  return changed;
}

function unknownFieldsOf(links: RunLinks): Partial<RunLinks> {
  const known = Object.keys(schema.properties);
  return Object.fromEntries(Object.entries(links).filter(([name]) => !known.includes(name)));
}
