import { writingProcess } from '../../runs/runLock';
import type { Holder } from '../../runs/lock';

/** Process that trains in a run folder now; undefined when none does. */
export async function trainingProcess(run: string): Promise<Holder | undefined> {
  const holder = await writingProcess(run);
  return holder?.task === 'train' ? holder : undefined;
}
