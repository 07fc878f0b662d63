import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import { latestProgress, progressText } from './trainingWording';
import { showQuickPick, type PickItem } from '../shared/messages';

interface Item extends PickItem {
  run?(): unknown;
}

/** Offers what can be done with the training under way and with those that wait. */
export async function manageTrainings(services: Pick<Services, 'training' | 'panels'>): Promise<void> {
  const { training, panels } = services;
  const { current, trainings } = training;
  const items: Item[] = [];
  if (current) {
    const { folder, order, state } = current;
    const latest = latestProgress(current);
    items.push({ label: order.name, kind: vscode.QuickPickItemKind.Separator });
    const paused = state === 'paused';
    items.push({
      icon: paused ? 'debug-continue' : 'debug-pause',
      label: paused ? 'Resume' : 'Pause',
      description: latest && progressText(latest),
      run: () => training.pause(!paused),
    });
    items.push({
      icon: 'debug-stop',
      label: 'Stop',
      description: 'finished epochs and snapshots stay',
      run: () => training.stop(current),
    });
    if (folder !== undefined) {
      items.push({
        icon: 'type-hierarchy',
        label: 'Show',
        description: folder,
        run: () => panels.open(folder),
      });
    }
  }
  const waiting = trainings.filter(({ state }) => state === 'waiting');
  if (waiting.length > 0) items.push({ label: 'waiting', kind: vscode.QuickPickItemKind.Separator });
  for (const one of waiting) {
    items.push({
      icon: 'clock',
      label: `Remove ${one.order.name}`,
      description: one.folder,
      run: () => training.stop(one),
    });
  }
  if (!current) {
    items.push({ icon: 'play', label: 'Train…', run: () => vscode.commands.executeCommand('apd.train') });
  }
  const picked = await showQuickPick(items, {
    title: 'Trainings',
    placeHolder: current ? `Training ${current.order.name}` : 'Nothing is being trained',
  });
  await picked?.run?.();
}
