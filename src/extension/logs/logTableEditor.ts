import * as vscode from 'vscode';
import { LOG_TABLE_TYPE, TEXT_LOG_TABLE_TYPE } from '../shared/contributions';
import type { Services } from '../shared/services';
import { LogTableView } from './logTableView';

/** The read-only editor of logs as tables: for event files the usual one, for text logs offered besides the text editor. */
export function registerLogTables(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'sessions' | 'logs' | 'panels'>,
): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: (document, panel) => {
      services.engine.warm();
      // It ends with its panel.
      new LogTableView(services, document.uri, panel);
    },
  };
  const registered = [LOG_TABLE_TYPE, TEXT_LOG_TABLE_TYPE].map((type) =>
    vscode.window.registerCustomEditorProvider(type, provider, { supportsMultipleEditorsPerDocument: true }),
  );
  return vscode.Disposable.from(...registered);
}
