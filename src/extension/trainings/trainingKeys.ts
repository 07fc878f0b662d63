import * as vscode from 'vscode';
import { isCancelled, messageOf } from '../shared/failures';
import { menuPaths } from '../shared/runFolders';
import type { Services } from '../shared/services';
import { setContextKey } from '../shared/settings';
import { canGoOn, hasEpochsLeft } from './trainingWording';

type Needs = Pick<Services, 'log' | 'runs' | 'sessions' | 'training'>;

/** Keeps the context keys in step that say whether the active diagram is being trained, and follows. */
export function trainingKeys(services: Needs): vscode.Disposable {
  const { sessions, training } = services;
  const update = () => {
    const session = sessions.active;
    const here = session && training.of(session.folder);
    setContextKey('apd.live', here !== undefined && here === training.current);
    setContextKey('apd.following', session?.followsLatest ?? false);
  };
  update();
  return vscode.Disposable.from(
    sessions.onDidChange(update),
    training.onDidChange(update),
    trainedRunKeys(services),
  );
}

/** Keeps the lists of runs that can be trained further in step with runs that come and go, and with trainings. */
function trainedRunKeys({ log, runs, sessions, training }: Needs): vscode.Disposable {
  let latest = 0;
  const update = async () => {
    const turn = ++latest;
    try {
      const active = sessions.active?.folder;
      const trained = await training.runsThat(canGoOn, active);
      const unfinished = await training.runsThat(hasEpochsLeft, active);
      // What began later knows better.
      if (turn !== latest) return;
      setContextKey('apd.trainedRuns', menuPaths(trained));
      setContextKey('apd.unfinishedRuns', menuPaths(unfinished));
    } catch (error) {
      // The window is being closed, or the engine stopped: the next change asks again.
      if (!isCancelled(error)) {
        log.debug(`Which runs can be trained further is not known: ${messageOf(error)}`);
      }
    }
  };
  void update();
  return vscode.Disposable.from(
    runs.onDidChange(() => void update()),
    training.onDidChangeStanding(() => void update()),
    sessions.onDidChange((event) => {
      if (event === 'active') void update();
    }),
  );
}
