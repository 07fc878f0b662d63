import type { ViewState } from '../src/protocol/state';

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
  state: ViewState;
  zoom: KeptZoom;
}

/** What to persist of a panel; undefined while it shows no run. */
export function persisted(
  folder: string | undefined,
  state: ViewState,
  zoom: KeptZoom,
): Persisted | undefined {
  return folder === undefined ? undefined : { version: 1, folder, state, zoom };
}

/** The zoom that was kept for a run; undefined when there is none, or not one of this version. */
export function keptZoom(kept: unknown, folder: string): KeptZoom | undefined {
  const { version, folder: keptFolder, zoom } = (kept ?? {}) as Partial<Persisted>;
  if (version !== 1 || keptFolder !== folder || !zoom) return undefined;
  const { k, x, y } = zoom;
  return [k, x, y].every(Number.isFinite) && k >= 1 ? { k, x, y } : undefined;
}
