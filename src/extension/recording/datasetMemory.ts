import * as path from 'node:path';
import type * as vscode from 'vscode';
import type { DatasetParams } from '../../protocol/recording';

/** Data that a model is looked at with; its paths are absolute. */
export interface DatasetChoice extends DatasetParams {
  /** Numbers become (x·scale − mean) / std, as `apd record` takes them. */
  scale?: string;
  mean?: string;
  std?: string;
}

const KEY = 'apd.datasets';
const VERSION = 1;

interface Memory {
  version: number;
  models: Record<string, DatasetChoice>;
}

/** The dataset of each model, remembered in the workspace. */
export class DatasetMemory {
  constructor(private readonly memento: vscode.Memento) {}

  /** The data chosen for a model. */
  of(model: string): DatasetChoice | undefined {
    return this.memory().models[model];
  }

  /** The data chosen last for another model of the same folder: checkpoints of one network share theirs. */
  ofSibling(model: string): { model: string; choice: DatasetChoice } | undefined {
    const folder = path.dirname(model);
    const siblings = Object.entries(this.memory().models).filter(([other]) => path.dirname(other) === folder);
    const last = siblings.at(-1);
    return last && { model: last[0], choice: last[1] };
  }

  /** Remembers the data of models. */
  async remember(models: readonly string[], choice: DatasetChoice): Promise<void> {
    // Left out and added at the end, so that the newest choice is the last entry.
    const others = Object.entries(this.memory().models).filter(([model]) => !models.includes(model));
    const chosen = models.map((model): [string, DatasetChoice] => [model, choice]);
    const memory: Memory = { version: VERSION, models: Object.fromEntries([...others, ...chosen]) };
    await this.memento.update(KEY, memory);
  }

  private memory(): Memory {
    const memory = this.memento.get<Memory>(KEY);
    return memory?.version === VERSION ? memory : { version: VERSION, models: {} };
  }
}
