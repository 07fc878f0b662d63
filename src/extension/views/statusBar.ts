import * as vscode from 'vscode';
import { statusItem } from '../shared/items';
import type { Sessions } from '../session/sessions';
import { formatShare, snapshotName } from '../../core/wording';

/** Run, snapshot and accuracy of the active diagram; a click goes to another snapshot. */
export function statusBar(sessions: Sessions): vscode.Disposable {
  const item = statusItem('apd.status', 10, 'Activation Pattern Diagram', 'apd.goToSnapshot');
  const update = () => {
    const session = sessions.active;
    const snapshot = session?.run?.snapshots.at(session.state.snapshot);
    if (!session?.run || !snapshot) {
      item.say(undefined);
      return;
    }
    const { run, state, busy } = session;
    const accuracy = snapshot.accuracy === undefined ? '' : ` · ${formatShare(snapshot.accuracy)}`;
    const place = `Snapshot ${state.snapshot + 1} of ${run.snapshots.length}`;
    item.say({
      icon: busy ? 'loading~spin' : 'type-hierarchy',
      text: `${run.name} · ${snapshotName(snapshot)}${accuracy}`,
      tooltip: [session.folder, `${place}. Click to go to another one.`],
    });
  };
  update();
  return vscode.Disposable.from(item, sessions.onDidChange(update));
}
