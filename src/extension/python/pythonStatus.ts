import * as vscode from 'vscode';
import { statusItem } from '../shared/items';
import type { Services } from '../shared/services';
import { setContextKey } from '../shared/settings';

/** Says in the status bar which Python trainings are recorded, and keeps the context keys of their commands in step. */
export function pythonStatus({ python, sessions }: Pick<Services, 'python' | 'sessions'>): vscode.Disposable {
  const name = 'Python Trainings That Are Recorded';
  const status = statusItem('apd.python', 7, name, 'apd.showTrainingTerminal');
  const update = () => {
    const names = python.all.map(({ job }) => job.name);
    const active = sessions.active?.folder;
    setContextKey('apd.pythonTraining', names.length > 0);
    setContextKey('apd.pythonHere', active !== undefined && python.of(active) !== undefined);
    const text = names.length > 2 ? `${names.length} Python trainings` : names.join(', ');
    const tooltip = [
      `Recording the activation patterns of ${names.join(', ')}.`,
      'Click to show the terminal; “APD: Stop Recorded Python Training” ends it.',
    ];
    status.say(
      names.length === 0 ? undefined : { icon: 'record', text, tooltip, spoken: `Recording ${text}` },
    );
  };
  update();
  return vscode.Disposable.from(status, python.onDidChange(update), sessions.onDidChange(update));
}
