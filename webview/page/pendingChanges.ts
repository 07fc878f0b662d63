import type { ShownState } from '../../src/protocol/panel';
import type { PageState } from '../../src/protocol/state';

/**
 * Changes that the page asked for and whose answer is still to come. What the session says meanwhile may not know of
 * them: they are applied to it once more, so that no control flips back to an older choice for a moment.
 */
export class PendingChanges {
  private changes: { number: number; part: Partial<PageState> }[] = [];
  private last = 0;

  /** Remembers a change; its number goes along with the request. */
  add(part: Partial<PageState>): number {
    this.changes.push({ number: ++this.last, part });
    return this.last;
  }

  /** State that was asked for, as soon as the session says where it is. */
  wanted({ state, wanted = state, heard }: ShownState): PageState {
    this.changes = heard === undefined ? [] : this.changes.filter(({ number }) => number > heard);
    return this.changes.reduce((result, { part }) => ({ ...result, ...part }), wanted);
  }

  /** Selection of what is on screen: it needs no drawing, so that it is shown at once. */
  selection({ selection }: PageState): PageState['selection'] {
    return this.changes.reduce((result, { part }) => part.selection ?? result, selection);
  }
}
