import type { PageState } from '../../src/protocol/state';
import type { Shown } from './shownState';

/** The part of the picture that is seen, in shares of the stage so that it fits a panel of another size. */
export interface KeptZoom {
  k: number;
  /** Shift of the zoomed picture, in widths and heights of the stage; 0 or below. */
  x: number;
  y: number;
}

/** What the page leaves behind for a reload of the window: only where it was, never data. */
export interface Persisted {
  version: 1;
  /** Folder of the run. */
  folder: string;
  /** Name of the panel, under which the extension remembers it too. */
  panel?: string;
  state: PageState;
  zoom: KeptZoom;
}

/**
 * What to persist of a panel: the state that was asked for last, even if it is still being drawn. Undefined while it
 * shows no run.
 */
export function persisted({ run, panel, state, wanted }: Shown, zoom: KeptZoom): Persisted | undefined {
  if (!run) return undefined;
  // Blocks are those of the scene on screen, which will not be the one that is drawn after a reload.
  const { kind } = wanted.selection;
  const moving = kind === 'blocks' && wanted !== state;
  // The instances of filters are the extension's to remember; without them blocks and nodes have other numbers.
  const numbered = wanted.filters.length > 0 && (kind === 'blocks' || kind === 'node');
  const kept: PageState = { ...wanted, filters: [] };
  if (moving || numbered) kept.selection = { kind: 'none' };
  return { version: 1, folder: run.folder, panel, state: kept, zoom };
}

/** The zoom that was kept for a run; undefined when there is none, or not one of this version. */
export function keptZoom(kept: unknown, folder: string): KeptZoom | undefined {
  const { version, folder: keptFolder, zoom } = (kept ?? {}) as Partial<Persisted>;
  if (version !== 1 || keptFolder !== folder || !zoom) return undefined;
  const { k, x, y } = zoom;
  return [k, x, y].every(Number.isFinite) && k >= 1 ? { k, x, y } : undefined;
}
