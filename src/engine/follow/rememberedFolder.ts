import { changeLinks, linkTarget, readLinks } from '../../runs/links';
import { portablePath } from '../recording/runHeader';

/** The folder whose checkpoints were recorded into a run last, absolute; undefined where none were. @throws InputError */
export async function rememberedFolder(run: string): Promise<string | undefined> {
  const { checkpoints } = await readLinks(run);
  return checkpoints && linkTarget(run, checkpoints.path);
}

/** Remembers with a run which folder's checkpoints are recorded into it. @throws InputError where that cannot be written */
export async function rememberFolder(run: string, folder: string, follow: boolean): Promise<void> {
  const checkpoints = { path: portablePath(run, folder), follow };
  await changeLinks(run, (links) => ({ ...links, checkpoints }));
}
