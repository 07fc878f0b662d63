import type * as vscode from 'vscode';
import { EngineDied } from '../engine/engineClient';
import { isCancelled, isUsersToMend, messageOf } from './failures';
import { showErrorMessage } from './messages';

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
