import { visibleText } from '../../core/visibleText';
import { INPUT_ERROR_CODE, REQUEST_CANCELLED_CODE } from '../../protocol/engine';

/** Something the user should mend, said in one line: what, where, what to do. */
export class UserError extends Error {}

/** Work ended because somebody ended it; named as VS Code names its own of this kind. */
export class CancelledError extends Error {
  constructor() {
    super('Canceled');
    this.name = 'Canceled';
  }
}

/** True where work ended because somebody ended it. */
export function isCancelled(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return code === REQUEST_CANCELLED_CODE || name === 'AbortError' || name === 'Canceled';
}

/** True for what is wrong with a file or a choice, not with the program. */
export function isUsersToMend(error: unknown): boolean {
  return error instanceof UserError || (error as { code?: unknown } | undefined)?.code === INPUT_ERROR_CODE;
}

/** One line for the user: of faults the first, of what is wrong with a file the whole, since its name may have lines. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return visibleText(isUsersToMend(error) ? text : text.split('\n')[0]);
}
