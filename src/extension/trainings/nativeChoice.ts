import { stat } from 'node:fs/promises';
import * as path from 'node:path';

const KEY = 'apd.nativeBackend';

/** Where the answers are kept: VS Code's own storage, which nothing in a workspace can write. */
interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): Thenable<void>;
}

/** What the choice depends on. */
export interface NativeChoiceSurroundings {
  memory: Memory;
  /** Whether the user trusts the workspace. */
  trusted(): boolean;
  /** Folders of the workspace. */
  folders(): string[];
  /** Asks whether the native backend in a folder may run; undefined where the question was dismissed. */
  ask(folder: string): Promise<boolean | undefined>;
}

/** Whether native code that lies in the workspace may run: in a trusted one, and once the user said so of that folder. */
export class NativeChoice {
  constructor(private readonly surroundings: NativeChoiceSurroundings) {}

  /** Folders of the workspace whose native backend the user allowed. */
  allowed(): string[] {
    const { trusted, folders } = this.surroundings;
    const answers = this.answers();
    return trusted() ? folders().filter((folder) => answers[folder] === true) : [];
  }

  /**
   * Asks of each folder that brings a native backend, once.
   * @param anew also of those that were answered for
   */
  async settle(anew = false): Promise<void> {
    const { trusted, folders, ask, memory } = this.surroundings;
    if (!trusted()) return;
    for (const folder of folders()) {
      if ((!anew && this.answers()[folder] !== undefined) || !(await bringsNative(folder))) continue;
      const answer = await ask(folder);
      if (answer !== undefined) await memory.update(KEY, { ...this.answers(), [folder]: answer });
    }
  }

  /** Folders of the workspace that bring a native backend. */
  async bringing(): Promise<string[]> {
    const folders = this.surroundings.folders();
    const brings = await Promise.all(folders.map(bringsNative));
    return folders.filter((_, i) => brings[i]);
  }

  private answers(): Record<string, boolean> {
    return this.surroundings.memory.get<Record<string, boolean>>(KEY) ?? {};
  }
}

/** Whether the package is in the `node_modules` of a folder. */
async function bringsNative(folder: string): Promise<boolean> {
  return stat(path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'package.json')).then(
    () => true,
    () => false,
  );
}
