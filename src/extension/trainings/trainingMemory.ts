import type * as vscode from 'vscode';
import type { TrainingInfo } from '../../protocol/training';
import type { TrainingOrder } from './trainingQueue';

const KEY = 'apd.trainings';
const VERSION = 1;
/** Runs that are remembered as told of. */
const MOST_TOLD = 200;

interface Memory {
  version: number;
  /** Trainings that were under way or waiting when this was written, in order. */
  open: TrainingOrder[];
  /** Interruptions that the user was told of. */
  told: string[];
}

/** What the workspace remembers of trainings, so that the next window can tell of those that were broken off. */
export class TrainingMemory {
  constructor(private readonly memento: vscode.Memento) {}

  /** Trainings that the last window left open. */
  get open(): TrainingOrder[] {
    return this.memory().open;
  }

  /** Remembers which trainings are open now. */
  async keepOpen(orders: TrainingOrder[]): Promise<void> {
    await this.memento.update(KEY, { ...this.memory(), open: orders });
  }

  /** Notes that the user is told of an interruption. @returns false where that happened before */
  async tell({ folder, epoch }: Pick<TrainingInfo, 'folder' | 'epoch'>): Promise<boolean> {
    const memory = this.memory();
    const key = `${epoch} ${folder}`;
    if (memory.told.includes(key)) return false;
    await this.memento.update(KEY, { ...memory, told: [...memory.told, key].slice(-MOST_TOLD) });
    return true;
  }

  /** Forgets what was told of a run that is trained again. */
  async forgetTold(folder: string): Promise<void> {
    const memory = this.memory();
    const told = memory.told.filter((key) => !key.endsWith(` ${folder}`));
    if (told.length !== memory.told.length) await this.memento.update(KEY, { ...memory, told });
  }

  private memory(): Memory {
    const kept = this.memento.get<Memory>(KEY);
    return kept?.version === VERSION ? kept : { version: VERSION, open: [], told: [] };
  }
}
