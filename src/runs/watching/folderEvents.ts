import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The system tells of no more folders, or of none: too many are watched on this machine already, or it cannot. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'ENOSPC', 'ENOSYS', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM']);

/** `fs.watch`, as far as it is used here. */
export type Listen = (
  folder: string,
  options: { persistent: boolean },
  listener: (event: string, name: string | null) => void,
) => { on(event: 'error', listener: (error: Error) => void): unknown; close(): void };

/** The system's events of one folder, which may come, go, and be made anew. */
export class FolderEvents {
  private watcher?: ReturnType<Listen>;
  /** Of the folder that is watched. */
  private identity?: string;
  private closed = false;
  private givenUp = false;

  /**
   * @param onEvent gets the name of what changed in the folder, null where the system does not tell it
   * @param listen the system's way to tell
   */
  constructor(
    readonly folder: string,
    private readonly onEvent: (name: string | null) => void,
    private readonly listen: Listen = watch,
  ) {}

  /** Begins to listen where the folder is there, and listens anew where it is another one. */
  async attach(): Promise<void> {
    const identity = await identityOf(this.folder);
    if (this.closed || this.givenUp || (this.watcher && identity === this.identity)) return;
    this.detach();
    if (identity === undefined) return;
    try {
      const watcher = this.listen(this.folder, { persistent: false }, (_, name) => this.onEvent(name));
      watcher.on('error', (error) => this.fail(error));
      this.watcher = watcher;
      this.identity = identity;
    } catch (error) {
      this.fail(error);
    }
  }

  close(): void {
    this.closed = true;
    this.detach();
  }

  /** Not told further: who watches looks from time to time anyway, and sees what is wrong with the folder itself. */
  private fail(error: unknown): void {
    this.givenUp = exhausted.has((error as NodeJS.ErrnoException).code ?? '');
    this.detach();
  }

  private detach(): void {
    this.watcher?.close();
    this.watcher = undefined;
    this.identity = undefined;
  }
}

/** Device and number of a folder; undefined where there is none. */
async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  return found?.isDirectory() ? `${found.dev}:${found.ino}` : undefined;
}
