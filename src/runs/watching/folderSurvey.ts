import { stat } from 'node:fs/promises';
import path from 'node:path';
import { EntryBudget, listFolder, type FolderEntries } from './folderEntries';

/** Files and folders that are looked at in one look: those that came last, and others in turn. */
const NEWEST = 64;
const IN_TURN = 192;

/** What a file or folder looks like from outside; why it cannot be looked at, where that is so. */
export async function appearanceOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [dev, ino, size, mtimeMs, ctimeMs].join(':');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/**
 * Sees from outside what changes in a folder and its subfolders one level deep. A look costs some hundred `stat` at most,
 * however many files there are: a folder is listed again when its times changed, which they do when something is made,
 * renamed or deleted in it; files that are only written to are looked at in turn.
 */
export class FolderSurvey {
  /** Subfolders, the newest last. */
  readonly folders = new Set<string>();
  private readonly root: string;
  /** By path, the newest last; empty where it was not looked at yet. */
  private readonly seen = new Map<string, string>();
  private turn = 0;
  private rootSeen?: string;

  constructor(folder: string) {
    this.root = path.resolve(folder);
  }

  /** @returns whether anything changed since the last look */
  async look(): Promise<boolean> {
    let changed = await this.lookAtRoot();
    const paths = [...this.seen.keys()];
    const chosen = new Set(paths.slice(-NEWEST));
    for (let count = Math.min(IN_TURN, paths.length); count > 0; count--) {
      chosen.add(paths[this.turn++ % paths.length]);
    }
    for (const file of chosen) {
      if (await this.lookAt(file)) changed = true;
    }
    // What was found by that, so that the next look sees a change of it.
    for (const file of [...this.seen.keys()].slice(-NEWEST)) {
      if (this.seen.get(file) === '') await this.lookAt(file);
    }
    return changed;
  }

  /** Looks at the folder itself alone: at what was made, renamed or deleted in it. @returns as `look` */
  async lookAtRoot(): Promise<boolean> {
    const now = await appearanceOf(this.root);
    if (now === this.rootSeen) return false;
    this.rootSeen = now;
    const { files, folders } = await entriesOf(this.root);
    const there = new Set(folders);
    for (const folder of this.folders) {
      if (!there.has(folder)) this.folders.delete(folder);
    }
    for (const folder of folders) this.folders.add(folder);
    this.replace(this.root, [...files, ...folders]);
    return true;
  }

  private async lookAt(file: string): Promise<boolean> {
    const before = this.seen.get(file);
    const now = await appearanceOf(file);
    if (before === undefined || before === now) return false;
    this.seen.set(file, now);
    if (this.folders.has(file)) this.replace(file, (await entriesOf(file)).files);
    // That it is there was told by its folder's times.
    return before !== '';
  }

  /** Notes what is in a folder now. */
  private replace(folder: string, files: readonly string[]): void {
    const there = new Set(files);
    for (const file of this.seen.keys()) {
      const gone = path.dirname(file) === folder && !there.has(file);
      const inGone = path.dirname(path.dirname(file)) === folder && !there.has(path.dirname(file));
      if (gone || inGone) this.seen.delete(file);
    }
    for (const file of files) {
      if (!this.seen.has(file)) this.seen.set(file, '');
    }
  }
}

/** What is in a folder, as far as it can be listed: who is nudged lists it, too, and tells what is wrong. */
async function entriesOf(folder: string): Promise<FolderEntries> {
  return listFolder(folder, new EntryBudget(folder)).catch(() => ({ files: [], folders: [] }));
}
