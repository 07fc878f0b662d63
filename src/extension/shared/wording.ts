import type { RunInfo } from '../../protocol/engine';

/** A share as users read it: `84.4 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Name of a snapshot: its epoch, and its step where it has one. */
export function snapshotName({ epoch, step }: RunInfo['snapshots'][number]): string {
  return step === undefined ? `epoch ${epoch}` : `epoch ${epoch}, step ${step}`;
}

/** A number of things: `1 instance`, `2,031 instances`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}
