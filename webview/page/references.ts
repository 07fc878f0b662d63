import type { RunInfo } from '../../src/protocol/engine';
import type {
  BlockReference,
  FlowReference,
  PartsSelection,
  Selection,
  PageState,
} from '../../src/protocol/state';
import { pluralise, snapshotName } from '../../src/core/wording';

/** A part of the drawing that can be selected. */
export type ScenePart = { block: BlockReference } | { flow: FlowReference };

/** The selection after a click: the part alone, or with the others when it was added (a second time takes it out). */
export function selectPart(selection: Selection, part: ScenePart, add: boolean): Selection {
  const { blocks, flows = [] } =
    add && selection.kind === 'blocks' ? selection : { blocks: [] as BlockReference[] };
  return 'block' in part
    ? partsSelection(toggled(blocks, part.block, sameBlock), flows)
    : partsSelection(blocks, toggled(flows, part.flow, sameFlow));
}

/** How many parts are selected; 1 for a node or an instance. */
export function selectedCount(selection: Selection): number {
  switch (selection.kind) {
    case 'none':
      return 0;
    case 'node':
      return 1;
    case 'blocks':
      return selection.blocks.length + (selection.flows?.length ?? 0);
    case 'instances':
      return selection.instances.length;
  }
}

function partsSelection(blocks: BlockReference[], flows: FlowReference[]): Selection {
  if (flows.length > 0) return { kind: 'blocks', blocks, flows };
  return blocks.length > 0 ? { kind: 'blocks', blocks } : { kind: 'none' };
}

function toggled<T>(all: T[], one: T, same: (a: T, b: T) => boolean): T[] {
  const others = all.filter((other) => !same(other, one));
  return others.length < all.length ? others : [...all, one];
}

function sameBlock(a: BlockReference, b: BlockReference): boolean {
  return a.column === b.column && a.block === b.block;
}

function sameFlow(a: FlowReference, b: FlowReference): boolean {
  return a.gap === b.gap && a.flow === b.flow;
}

/** Title of a filter to several parts: "3 blocks of relu_4 at epoch 8", "2 ribbons at epoch 8". */
export function filterTitle({ blocks, flows = [] }: PartsSelection, state: PageState, run: RunInfo): string {
  const columns = [...new Set(blocks.map(({ column }) => column))];
  const ribbons = flows.length > 0 ? [pluralise(flows.length, 'ribbon')] : [];
  const counts = [...(blocks.length > 0 ? [pluralise(blocks.length, 'block')] : []), ...ribbons].join(
    ' and ',
  );
  if (state.view === 'time') {
    const epochs = columns.map((snapshot) => run.snapshots[snapshot]?.epoch ?? snapshot);
    const at = epochs.length > 0 ? ` at epoch ${epochs.join(', ')}` : '';
    return `${counts} of ${levelName(run, state.level)}${at}`;
  }
  const names = columns.map((level) => levelName(run, level));
  const of = names.length > 0 ? ` of ${names.join(', ')}` : '';
  return `${counts}${of} at ${snapshotNameAt(run, state.snapshot)}`;
}

/** Name of a level; the one after the hidden layers are the outputs. */
export function levelName(run: RunInfo, level: number): string {
  return run.layers[level]?.name ?? 'outputs';
}

/** The name of a snapshot of the run, or its number where the run has lost it. */
export function snapshotNameAt(run: RunInfo, snapshot: number): string {
  const entry = run.snapshots[snapshot];
  if (!entry) return `snapshot ${snapshot}`;
  return snapshotName(entry);
}
