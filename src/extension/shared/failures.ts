import { visibleText } from '../../core/visibleText';
import * as vscode from 'vscode';
import { INPUT_ERROR_CODE, REQUEST_CANCELLED_CODE } from '../../protocol/engine';
import { EngineDied } from '../engine/engineClient';
import { showErrorMessage } from './messages';

/** Something the user should mend, said in one line: what, where, what to do. */
export class UserError extends Error {}

/** True where work ended because somebody ended it. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
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

/** What a message offers besides the log. */
export interface Remedy {
  title: string;
  run(): unknown;
}

/**
 * Tells the user of a failure, and writes the whole of it to the log.
 * @param doing what was being done, as the user would say it
 */
export async function reportFailure(
  log: vscode.LogOutputChannel,
  doing: string,
  error: unknown,
  remedies: Remedy[] = [],
): Promise<void> {
  if (isCancelled(error)) {
    log.info(`${doing}: cancelled`);
    return;
  }
  if (error instanceof EngineDied) {
    // Told once, by whoever follows the engine, and not by everything that waited for it.
    log.error(`${doing}: ${error.message}`);
    return;
  }
  const detail =
    error instanceof Error && !isUsersToMend(error) ? (error.stack ?? error.message) : messageOf(error);
  log.error(`${doing}: ${detail}`);
  const offered = [...remedies, { title: 'Show Log', run: () => log.show() }];
  const titles = offered.map((remedy) => remedy.title);
  const chosen = await showErrorMessage(`${doing}: ${messageOf(error)}`, ...titles);
  await offered.find((remedy) => remedy.title === chosen)?.run();
}
