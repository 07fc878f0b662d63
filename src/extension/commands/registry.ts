import * as vscode from 'vscode';
import { commands, type CommandId } from '../shared/contributions';
import { reportFailure } from '../shared/reportFailure';
import type { Services } from '../shared/services';

/** What a command does with the arguments that menus and trees hand over. */
export type CommandHandler = (...args: never[]) => unknown;

/** Some of the commands. */
export type CommandHandlers = Partial<Record<CommandId, CommandHandler>>;

/** Registers all commands; the type holds the groups together to no command left out. */
export function registerCommands(
  services: Pick<Services, 'log'>,
  handlers: Record<CommandId, CommandHandler>,
): vscode.Disposable {
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await (handler as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        // Not awaited: the command is over, the message stays for as long as the user likes.
        void reportFailure(services.log, commands[id as CommandId].title.replace('…', ''), error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
