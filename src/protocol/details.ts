import type { SelectionDetails } from './engine';

/** Commands that the page of details offers when there is nothing to tell of. */
export const detailsCommands = ['apd.openRun', 'apd.openModel'] as const;

/** One of them. */
export type DetailsCommand = (typeof detailsCommands)[number];

/** What the extension says to the page of details. Each message replaces what was there. */
export type ToDetails =
  | {
      type: 'show';
      details: SelectionDetails;
      /** What could be done to see more. */
      hint?: string;
    }
  | {
      type: 'empty';
      /** What to do, or what is awaited. */
      text: string;
      /** Buttons. */
      commands: { command: DetailsCommand; title: string }[];
    }
  | { type: 'error'; message: string };

/** What the page of details says to the extension. */
export type FromDetails =
  /** It listens; also after it was hidden. */
  | { type: 'ready' }
  | { type: 'command'; command: DetailsCommand }
  /** A fault of the page, for the log. */
  | { type: 'failed'; message: string };
