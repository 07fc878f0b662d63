import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { FolderEvents } from './folderEvents';
import { appearanceOf, FolderSurvey } from './folderSurvey';
import { ChangeSignal, repeat } from './changeSignal';

/** Milliseconds between two looks at what the system does not tell of. */
const USUAL_PAUSE = 1000;

/** Something that is watched until it is closed. */
export interface Watch {
  close(): void;
}

/**
 * Tells when a file may have changed: made, written, renamed away, replaced or deleted; the file and its folder need not be
 * there yet. The system's events of the folder tell of it at once, also when the file is another one; since network file
 * systems and some containers have none, the file's size and times are looked at each second besides. Its content is never
 * read. Nothing is thrown: a nudge says "look again", and who looks sees what is wrong.
 *
 * No library: `fs.watch` on folders and `stat` are all this takes; a library would bring native code for every platform, or
 * watch trees that nobody asked for.
 * @param onNudge called soon after the beginning for the first time; many events at once make one nudge
 * @param pause milliseconds between two looks at what the system does not tell of
 */
export function watchFile(file: string, onNudge: () => void, pause = USUAL_PAUSE): Watch {
  const nudge = new ChangeSignal(onNudge);
  const name = path.basename(file);
  const events = new FolderEvents(path.dirname(file), (changed) => {
    if (changed === null || changed === name) nudge.event();
  });
  let target: FolderEvents | undefined;
  let closed = false;
  /** Where the file is a link, what it leads to is written elsewhere. */
  const watchTarget = async () => {
    const real = await realpath(file).catch(() => file);
    const folder = path.dirname(real);
    if (target?.folder === folder) return;
    target?.close();
    target = undefined;
    if (closed || folder === path.dirname(file)) return;
    const realName = path.basename(real);
    target = new FolderEvents(folder, (changed) => {
      if (changed === null || changed === realName) nudge.event();
    });
  };
  let before: string | undefined;
  const end = repeat(async () => {
    await watchTarget();
    await Promise.all([events.attach(), target?.attach()]);
    const now = await appearanceOf(file);
    if (now !== before) nudge.event();
    before = now;
  }, pause);
  return {
    close() {
      closed = true;
      end();
      nudge.close();
      events.close();
      target?.close();
    },
  };
}

/** Subfolders whose events are listened to; the system has few to give. */
const MOST_SUBFOLDERS = 256;

/**
 * Tells when something in a folder or in its subfolders one level deep may have changed, as checkpoints are written:
 * `epoch-3.onnx`, `checkpoint-500/model.onnx`. As `watchFile`; the folder may come and go.
 * @param onNudge called soon after the beginning for the first time; many events at once make one nudge
 * @param pause milliseconds between two looks at what the system does not tell of
 */
export function watchFolder(folder: string, onNudge: () => void, pause = USUAL_PAUSE): Watch {
  const survey = new FolderSurvey(folder);
  const inner = new Map<string, FolderEvents>();
  let closed = false;
  const listen = async (again: boolean) => {
    const wanted = new Set([...survey.folders].slice(-MOST_SUBFOLDERS));
    for (const [name, events] of inner) {
      if (wanted.has(name)) continue;
      events.close();
      inner.delete(name);
    }
    for (const name of wanted) {
      if (closed) return;
      const known = inner.get(name);
      if (known && !again) continue;
      const events = known ?? new FolderEvents(name, () => nudge.event());
      inner.set(name, events);
      await events.attach();
    }
  };
  // One after the other: a look changes what is listened to.
  let looking: Promise<unknown> = Promise.resolve();
  const look = (thorough: boolean) => {
    const looked = looking.then(async () => {
      if (closed) return false;
      await outer.attach();
      const changed = await (thorough ? survey.look() : survey.lookAtRoot());
      await listen(thorough);
      return changed;
    });
    looking = looked;
    return looked;
  };
  const nudge = new ChangeSignal(() => {
    // First of all a new subfolder is listened to, so that nothing in it is missed after the nudge.
    void look(false).then(() => {
      if (!closed) onNudge();
    });
  });
  const outer = new FolderEvents(folder, () => nudge.event());
  const end = repeat(async () => {
    if (await look(true)) nudge.event();
  }, pause);
  return {
    close() {
      closed = true;
      end();
      nudge.close();
      outer.close();
      for (const events of inner.values()) events.close();
    },
  };
}
