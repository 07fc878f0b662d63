import * as vscode from 'vscode';
import type { Sessions } from '../session/sessions';
import { percent, snapshotName } from '../shared/wording';

/** Run, snapshot and accuracy of the active diagram; a click goes to another snapshot. */
export function statusBar(sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('apd.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Activation Pattern Diagram';
  item.command = 'apd.goToSnapshot';
  const update = () => {
    const session = sessions.active;
    if (!session?.run) {
      item.hide();
      return;
    }
    const { run, state, busy } = session;
    const snapshot = run.snapshots.at(state.snapshot);
    if (!snapshot) {
      item.hide();
      return;
    }
    const accuracy = snapshot.accuracy === undefined ? '' : ` · ${percent(snapshot.accuracy)}`;
    item.text = `$(${busy ? 'loading~spin' : 'type-hierarchy'}) ${run.name} · ${snapshotName(snapshot)}${accuracy}`;
    item.tooltip = `${session.folder}\nSnapshot ${state.snapshot + 1} of ${run.snapshots.length}. Click to go to another one.`;
    item.show();
  };
  update();
  return vscode.Disposable.from(item, sessions.onDidChange(update));
}
