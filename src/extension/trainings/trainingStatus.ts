import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import type { QueuedTraining } from './trainingQueue';
import { latestProgress, progressText, shortProgress } from './trainingWording';

/** How often the text changes at most: nobody reads faster, and steps come by the thousand. */
const EVERY_MS = 250;

/** The training under way in the status bar; a click offers what can be done with it. */
export function trainingStatus({ training }: Pick<Services, 'training'>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('apd.training', vscode.StatusBarAlignment.Left, 9);
  item.name = 'Training of Activation Pattern Diagrams';
  item.command = 'apd.manageTrainings';
  let timer: NodeJS.Timeout | undefined;
  let state: QueuedTraining['state'] | undefined;
  const update = () => {
    timer = undefined;
    const { current, trainings } = training;
    state = current?.state;
    if (!current) {
      item.hide();
      return;
    }
    const { name } = current.order;
    const latest = latestProgress(current);
    const waiting = trainings.length - 1;
    const more = waiting > 0 ? ` · ${waiting} waiting` : '';
    const icon = current.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
    item.text = `${icon} ${name} · ${latest ? shortProgress(latest) : 'preparing'}${more}`;
    item.tooltip = tooltip(current, trainings);
    item.accessibilityInformation = {
      label: `Training ${name}, ${latest ? progressText(latest) : 'preparing'}`,
    };
    item.show();
  };
  const listening = training.onDidChange(() => {
    if (training.current?.state !== state) {
      clearTimeout(timer);
      update();
    } else {
      timer ??= setTimeout(update, EVERY_MS);
    }
  });
  return vscode.Disposable.from(item, listening, new vscode.Disposable(() => clearTimeout(timer)));
}

function tooltip(current: QueuedTraining, trainings: readonly QueuedTraining[]): string {
  const latest = latestProgress(current);
  const lines = [`Training ${current.order.name}: ${latest ? progressText(latest) : 'preparing'}`];
  if (latest?.backend) lines.push(`computed by ${latest.backend}`);
  if (current.folder !== undefined) lines.push(current.folder);
  for (const { order } of trainings.slice(1)) lines.push(`waiting: ${order.name}`);
  lines.push('Click to pause, stop or show it.');
  return lines.join('\n');
}
