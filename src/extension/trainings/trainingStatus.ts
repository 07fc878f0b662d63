import * as vscode from 'vscode';
import { statusItem } from '../shared/items';
import type { Services } from '../shared/services';
import type { QueuedTraining } from './trainingQueue';
import { latestProgress, progressText, shortProgress } from './trainingWording';
import { Delayed } from '../shared/delayed';

/** How often the text changes at most: nobody reads faster, and steps come by the thousand. */
const EVERY_MS = 250;

/** The training under way in the status bar; a click offers what can be done with it. */
export function trainingStatus({ training }: Pick<Services, 'training'>): vscode.Disposable {
  const item = statusItem(
    'apd.training',
    9,
    'Training of Activation Pattern Diagrams',
    'apd.manageTrainings',
  );
  let state: QueuedTraining['state'] | undefined;
  const update = () => {
    const { current, trainings } = training;
    state = current?.state;
    if (!current) {
      item.say(undefined);
      return;
    }
    const { name } = current.order;
    const latest = latestProgress(current);
    const waiting = trainings.length - 1;
    const more = waiting > 0 ? ` · ${waiting} waiting` : '';
    item.say({
      icon: current.state === 'paused' ? 'debug-pause' : 'sync~spin',
      text: `${name} · ${latest ? shortProgress(latest) : 'preparing'}${more}`,
      tooltip: tooltip(current, trainings),
      spoken: `Training ${name}, ${latest ? progressText(latest) : 'preparing'}`,
    });
  };
  const updating = new Delayed(update, EVERY_MS);
  const listening = training.onDidChange(() => {
    if (training.current?.state !== state) updating.doNow();
    else updating.ask();
  });
  return vscode.Disposable.from(item, listening, updating);
}

function tooltip(current: QueuedTraining, trainings: readonly QueuedTraining[]): string[] {
  const latest = latestProgress(current);
  const texts = [`Training ${current.order.name}: ${latest ? progressText(latest) : 'preparing'}`];
  if (latest?.backend) texts.push(`computed by ${latest.backend}`);
  if (current.folder !== undefined) texts.push(current.folder);
  for (const { order } of trainings.slice(1)) texts.push(`waiting: ${order.name}`);
  texts.push('Click to pause, stop or show it.');
  return texts;
}
