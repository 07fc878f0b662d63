import { countOf } from '../src/core/look/text';
import type { RunInfo } from '../src/protocol/engine';
import type { BlockReference, Selection, ViewState } from '../src/protocol/state';

/** Whether two references name the same block. */
export function sameBlock(a: BlockReference, b: BlockReference): boolean {
  return a.column === b.column && a.block === b.block;
}

/** The selection after a click: the block alone, or with the others when it was added (a second time takes it out). */
export function selectBlock(selection: Selection, block: BlockReference, add: boolean): Selection {
  const old = selection.kind === 'blocks' ? selection.blocks : [];
  const had = old.some((other) => sameBlock(other, block));
  if (!add) return { kind: 'blocks', blocks: [block] };
  const blocks = had ? old.filter((other) => !sameBlock(other, block)) : [...old, block];
  return blocks.length > 0 ? { kind: 'blocks', blocks } : { kind: 'none' };
}

/** Title of a filter to some blocks: "3 blocks of relu_4 at epoch 8". */
export function filterTitle(blocks: BlockReference[], state: ViewState, run: RunInfo): string {
  const columns = [...new Set(blocks.map(({ column }) => column))];
  const count = countOf(blocks.length, 'block');
  if (state.view === 'time') {
    const level = levelName(run, state.level);
    const epochs = columns.map((snapshot) => run.snapshots[snapshot]?.epoch ?? snapshot);
    return `${count} of ${level} at epoch ${epochs.join(', ')}`;
  }
  const names = columns.map((level) => levelName(run, level));
  return `${count} of ${names.join(', ')} at ${snapshotName(run, state.snapshot)}`;
}

/** Name of a level; the one after the hidden layers are the outputs. */
export function levelName(run: RunInfo, level: number): string {
  return run.layers[level]?.name ?? 'outputs';
}

/** "epoch 8", or "epoch 1, step 200" where snapshots lie within epochs. */
export function snapshotName(run: RunInfo, snapshot: number): string {
  const entry = run.snapshots[snapshot];
  if (!entry) return `snapshot ${snapshot}`;
  return entry.step === undefined ? `epoch ${entry.epoch}` : `epoch ${entry.epoch}, step ${entry.step}`;
}
