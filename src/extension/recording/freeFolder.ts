import { stat } from 'node:fs/promises';

/** The folder with the first free number behind its name. */
export async function freeFolder(folder: string): Promise<string> {
  for (let n = 2; ; n++) {
    const candidate = `${folder}-${n}`;
    const there = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (!there) return candidate;
  }
}
