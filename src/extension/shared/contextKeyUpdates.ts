import type * as vscode from 'vscode';
import type { Sessions } from '../session/sessions';
import { setContextKey } from './settings';

/** Keeps the context keys of menus in step with the active session. */
export function contextKeyUpdates(sessions: Sessions): vscode.Disposable {
  const update = () => {
    const session = sessions.active;
    // There is nothing to go to, colour or export in a run without snapshots.
    const run = session?.run?.snapshots.length ? session.run : undefined;
    setContextKey('apd.hasRun', run !== undefined);
    setContextKey('apd.hasEarlier', run !== undefined && session!.state.snapshot > 0);
    setContextKey('apd.hasLater', run !== undefined && session!.state.snapshot < run.snapshots.length - 1);
    setContextKey('apd.hasLevels', run !== undefined && run.layers.length > 1);
    setContextKey('apd.hasLabels', run?.labelled ?? false);
    setContextKey('apd.hasSelection', session !== undefined && session.state.selection.kind !== 'none');
    setContextKey('apd.hasFilters', session !== undefined && session.state.filters.length > 0);
    setContextKey('apd.busy', session?.busy ?? false);
  };
  update();
  return sessions.onDidChange(update);
}
