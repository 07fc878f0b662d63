import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { formatCount } from '../../core/wording';

/** Entries that are looked at in a folder and its subfolders. */
const MOST_ENTRIES = 20_000;

/** What is in a folder, without what is hidden or temporary. */
export interface FolderEntries {
  /** Absolute paths. */
  files: string[];
  folders: string[];
}

/** Names under which files are written before they get their own. */
const temporary = /^[.~]|~$|\.(?:tmp|temp|part|partial|crdownload|download|swp|lock)(?:[.-][^/\\]*)?$/i;

/** Counts entries over several folders. */
export class EntryBudget {
  private count = 0;

  constructor(
    private readonly folder: string,
    readonly most = MOST_ENTRIES,
  ) {}

  get exceeded(): boolean {
    return this.count > this.most;
  }

  /** @throws InputError where there are too many */
  take(): void {
    this.count++;
    if (!this.exceeded) return;
    throw new InputError(
      this.folder,
      `has more than ${formatCount(this.most)} files and folders in it and its subfolders; choose the folder of the checkpoints alone`,
    );
  }
}

/**
 * Lists a folder. One that is not there is empty.
 * @throws InputError where it has too many entries, is a file, or cannot be read
 */
export async function listFolder(folder: string, budget: EntryBudget): Promise<FolderEntries> {
  const entries: FolderEntries = { files: [], folders: [] };
  try {
    for await (const entry of await opendir(folder)) {
      budget.take();
      if (temporary.test(entry.name)) continue;
      const full = path.join(folder, entry.name);
      const kind = await kindOf(entry, full);
      if (kind) entries[kind].push(full);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InputError || code === undefined) throw error;
    // Deleted, maybe while it was listed.
    if (code === 'ENOENT') return { files: [], folders: [] };
    throw new InputError(folder, problems[code] ?? `cannot be read (${code})`);
  }
  return entries;
}

const problems: Record<string, string> = {
  ENOTDIR: 'is a file, expected a folder',
  EACCES: 'cannot be read: no permission',
  EPERM: 'cannot be read: no permission',
};

async function kindOf(entry: Dirent, full: string): Promise<keyof FolderEntries | undefined> {
  // Some file systems do not tell the kind, and links have that of what they lead to.
  const known = entry.isFile() || entry.isDirectory();
  const kind = known ? entry : await stat(full).catch(() => undefined);
  if (kind?.isDirectory()) return 'folders';
  return kind?.isFile() ? 'files' : undefined;
}
