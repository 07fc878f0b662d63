import type { RunInfo } from './engine';
import type { Paths, Scene, Timeline } from './scene';
import type { BlockReference, FlowReference, ViewState } from './state';

/** From the webview to the extension. */
export type FromPanel =
  /** The page has loaded: answered by a full `show`. */
  | { type: 'ready'; width: number; height: number }
  | { type: 'resized'; width: number; height: number }
  /** Asks the session to change; what comes of it arrives as `show`. */
  | { type: 'change'; change: Partial<ViewState> }
  | { type: 'filter'; blocks: BlockReference[]; title: string }
  | { type: 'command'; command: PanelCommand }
  /** Where do the instances of these blocks, or of this flow, go? Answered by `paths` with the same number. */
  | { type: 'paths'; request: number; scene: number; blocks: BlockReference[]; flow?: FlowReference }
  | { type: 'findInstance'; instance: number }
  /** An error in the page itself, for the output channel. */
  | { type: 'failed'; message: string };

/** Commands that the page has buttons for. */
export type PanelCommand =
  | 'apd.exportPicture'
  | 'apd.exportData'
  | 'apd.clearFilters'
  | 'apd.findInstance'
  | 'apd.openRun'
  | 'apd.openModel'
  | 'apd.refresh'
  | 'apd.cancel'
  | 'apd.showLog';

/** From the extension to the webview. */
export type ToPanel =
  /** Everything there is to show. `scene` numbers rise; answers that belong to older ones are dropped. */
  | { type: 'show'; scene: number; state: ViewState; run?: RunInfo; timeline?: Timeline; drawing?: Scene }
  /** The state changed but not what is drawn (selection). */
  | { type: 'state'; state: ViewState }
  | { type: 'busy'; message: string; share?: number }
  | { type: 'idle' }
  | { type: 'error'; message: string }
  | { type: 'paths'; request: number; scene: number; paths: Paths }
  /** The paths of selected instances stay lit until the next selection. */
  | { type: 'selected'; scene: number; paths?: Paths };
