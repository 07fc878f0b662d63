import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import { setContextKey } from '../shared/settings';

/** Keeps the context keys in step that say whether the active diagram is being trained, and follows. */
export function trainingKeys({
  sessions,
  training,
}: Pick<Services, 'sessions' | 'training'>): vscode.Disposable {
  const update = () => {
    const session = sessions.active;
    const here = session && training.of(session.folder);
    setContextKey('apd.live', here !== undefined && here === training.current);
    setContextKey('apd.following', session?.followsLatest ?? false);
  };
  update();
  return vscode.Disposable.from(sessions.onDidChange(update), training.onDidChange(update));
}
