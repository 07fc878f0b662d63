import type { RunInfo } from './engine';
import type { LogCurves } from './logs';
import type { Paths, Scene, Timeline } from './scene';
import type { BlockReference, FlowReference, PageState } from './state';

/** From the webview to the extension. */
export type FromPanel =
  /** The page has loaded: answered by a full `show`. */
  | { type: 'ready'; width: number; height: number }
  | { type: 'resized'; width: number; height: number }
  /**
   * Asks the session to change; what comes of it arrives as `show`. Changes are numbered from 1 by the page. Of filters a
   * page can only keep the first ones. `run`: version of the run that the page has, whose numbers of snapshots it means.
   */
  | { type: 'change'; number: number; change: Partial<PageState>; run?: string }
  | { type: 'filter'; blocks: BlockReference[]; flows?: FlowReference[]; title: string }
  | { type: 'command'; command: PanelCommand }
  /** Where do the instances of these blocks, or of this flow, go? Answered by `paths` with the same number. */
  | { type: 'paths'; request: number; sceneNumber: number; blocks: BlockReference[]; flow?: FlowReference }
  /** Selects an instance if it is shown; answered by `found`. */
  | { type: 'findInstance'; instance: number }
  /** An error in the page itself, for the output channel. */
  | { type: 'failed'; message: string };

/** Commands that the page has buttons for. */
export const panelCommands = [
  'apd.exportPicture',
  'apd.exportData',
  'apd.clearFilters',
  'apd.filterToSelection',
  'apd.findInstance',
  'apd.openRun',
  'apd.openModel',
  'apd.refresh',
  'apd.cancel',
  'apd.showLog',
] as const;

/** One of them. */
export type PanelCommand = (typeof panelCommands)[number];

/** What there is to show of a session. */
export interface Showing {
  sceneNumber: number;
  panel?: string;
  run?: RunInfo;
  timeline?: Timeline;
  scene?: Scene;
}

/** Where a session is. */
export interface ShownState {
  /** State of what is on screen, with the selection. */
  state: PageState;
  /** State that was asked for, while it is being drawn; absent when it is on screen. */
  wanted?: PageState;
  /** Number of the page's last change that this knows of; the page holds on to later ones. */
  heard?: number;
}

/** From the extension to the webview. */
export type ToPanel =
  /**
   * Everything there is to show. Scenes are numbered, rising; answers that belong to older ones are dropped. `panel` names the
   * panel, for when it comes back after a reload.
   */
  | ({ type: 'show' } & ShownState & Showing)
  /** The state changed but not what is drawn: another selection, or a drawing that is under way. */
  | ({ type: 'state' } & ShownState)
  /** Curves of the log of a run; they stay until there are others. */
  | { type: 'log'; folder: string; log: LogCurves }
  | { type: 'busy'; message: string; share?: number }
  | { type: 'idle' }
  | { type: 'error'; message: string }
  | { type: 'paths'; request: number; sceneNumber: number; paths: Paths }
  /** An instance that was looked for is selected, or why it is not, in words. */
  | { type: 'found'; instance: number; problem?: string }
  /** The paths of selected instances stay lit until the next selection. */
  | { type: 'selected'; sceneNumber: number; paths?: Paths };
