import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isProcess } from '../../runs/processes';
import { watchFile, type Watch } from '../../runs/watching/watchFiles';
import { isCancelled, messageOf } from '../shared/failures';
import type { Panels } from '../panel/panels';
import type { RunFolders } from '../shared/runFolders';
import { showWarningMessage } from '../shared/messages';
import { MANIFEST_NAME } from '../../runs/manifest';
import { JobMemory, type PythonJob } from './pythonJob';
import { runOfTask, taskOf, terminalWith } from './trainingTask';

/** What is needed of the extension. */
interface Needs {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly runs: RunFolders;
  readonly panels: Panels;
}

/** A Python training under way. */
export interface PythonTraining {
  readonly job: PythonJob;
  /** Its process, once that is known. */
  pid?: number;
}

interface Watched extends PythonTraining {
  /** Ends it. */
  end(): void;
  watch: Watch;
  /** Closes the panel that waits for the first snapshot; absent once there is one. */
  waiting?: vscode.Disposable;
  /** The user ended it. */
  stopped?: boolean;
}

/** How often it is looked whether a process is there, in milliseconds. */
const LOOK_EVERY_MS = 100;

/**
 * Python trainings that are recorded while they run, each in a terminal of its own: what they print is seen there, Ctrl-C
 * reaches them, and their run is shown from its first snapshot on.
 */
export class PythonTrainings implements vscode.Disposable {
  private readonly running = new Map<string, Watched>();
  private readonly memory: JobMemory;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[];

  /** A training began or ended. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly services: Needs) {
    this.memory = new JobMemory(services.context.workspaceState);
    this.disposables = [
      this.changed,
      vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => {
        const training = this.running.get(runOfTask(execution.task) ?? '');
        if (!training) return;
        training.pid = processId;
        void this.memory.add({ ...training.job, pid: processId });
      }),
      vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        const training = this.running.get(runOfTask(execution.task) ?? '');
        if (training) void this.tellEnd(training, exitCode);
      }),
    ];
  }

  /** Trainings under way, in the order in which they began. */
  get all(): PythonTraining[] {
    return [...this.running.values()];
  }

  /** Jobs that the last window left, and that no terminal of this one has. */
  get left(): PythonJob[] {
    return this.memory.all.filter(({ folder }) => !this.running.has(folder));
  }

  /** The training that writes a run. */
  of(folder: string): PythonTraining | undefined {
    return this.running.get(folder);
  }

  /** Runs a job in a terminal; its panel opens, and is filled with the first snapshot. */
  async start(job: PythonJob): Promise<void> {
    // Before the task begins, so that what it tells finds its training.
    let execution: vscode.TaskExecution | undefined;
    this.follow(job, () => execution?.terminate());
    try {
      await this.memory.add(job);
      execution = await vscode.tasks.executeTask(this.task(job));
    } catch (error) {
      await this.drop(job.folder);
      throw error;
    }
  }

  /**
   * Goes on with a job of the last window: VS Code keeps terminals, with what runs in them, over a reload.
   * @returns false where its process is gone
   */
  async takeUp(job: PythonJob): Promise<boolean> {
    const { pid } = job;
    if (pid === undefined || !isProcess(pid) || this.running.has(job.folder)) return false;
    const terminal = await terminalWith(pid);
    // Without its terminal the number may be another process's by now.
    if (!terminal) return false;
    const training = this.follow(job, () => terminal.dispose());
    training.pid = pid;
    void untilGone(pid).then(() => this.tellEnd(training, undefined));
    return true;
  }

  /** Ends a training, as closing its terminal would. Its run is whole up to the last snapshot. */
  stop({ job }: PythonTraining): void {
    const training = this.running.get(job.folder);
    if (!training) return;
    training.stopped = true;
    training.end();
  }

  /** Brings the terminal of a training to the front. */
  async showTerminal({ pid }: PythonTraining): Promise<void> {
    const terminal = pid === undefined ? undefined : await terminalWith(pid);
    terminal?.show();
  }

  /** Forgets a job that the last window left. */
  async forget({ folder }: PythonJob): Promise<void> {
    await this.memory.remove(folder);
  }

  dispose(): void {
    for (const { watch, waiting } of this.running.values()) {
      watch.close();
      waiting?.dispose();
    }
    for (const disposable of this.disposables) disposable.dispose();
  }

  private task(job: PythonJob): vscode.Task {
    const { extensionUri } = this.services.context;
    return taskOf(job, vscode.Uri.joinPath(extensionUri, 'recorder', 'src').fsPath);
  }

  private follow(job: PythonJob, end: () => void): Watched {
    const { folder } = job;
    this.services.log.info(`${job.name} is recorded into ${folder}`);
    const manifest = path.join(folder, MANIFEST_NAME);
    const waiting = existsSync(manifest) ? undefined : this.services.panels.prepare(folder, job.waitingFor);
    const watch = watchFile(manifest, () => void this.onRunChanged(folder));
    const training: Watched = { job, end, watch, waiting };
    this.running.set(folder, training);
    this.changed.fire();
    return training;
  }

  private async drop(folder: string): Promise<void> {
    const training = this.running.get(folder);
    training?.watch.close();
    training?.waiting?.dispose();
    this.running.delete(folder);
    await this.memory.remove(folder);
    this.changed.fire();
  }

  private async onRunChanged(folder: string): Promise<void> {
    const training = this.running.get(folder);
    if (!training || !existsSync(path.join(folder, MANIFEST_NAME))) return;
    this.services.runs.announce(folder);
    if (!training.waiting) return;
    training.waiting = undefined;
    try {
      await this.services.panels.open(folder, { follow: true, keepFocus: true });
    } catch (error) {
      if (!isCancelled(error)) this.services.log.error(`${folder}: ${messageOf(error)}`);
    }
  }

  /** The last snapshot may have come with the end. */
  private async tellEnd(training: Watched, exitCode: number | undefined): Promise<void> {
    const { name, folder } = training.job;
    // VS Code tells of the end of what it ends itself before that is so.
    if (training.pid !== undefined) await untilGone(training.pid);
    await this.onRunChanged(folder);
    await this.drop(folder);
    this.services.log.info(`${name} ended with exit code ${exitCode ?? 'unknown'}`);
    const recorded = existsSync(path.join(folder, MANIFEST_NAME));
    if (recorded && (training.stopped || exitCode === 0 || exitCode === undefined)) return;
    if (!recorded && training.stopped) return;
    const what = recorded
      ? `${name} ended with exit code ${exitCode}. Its snapshots up to then are in ${path.basename(folder)}.`
      : `${name} ended, and no activation patterns were recorded; its terminal says why.`;
    void showWarningMessage(what);
  }
}

/** Waits until a process is gone. */
async function untilGone(pid: number): Promise<void> {
  while (isProcess(pid)) await sleep(LOOK_EVERY_MS, undefined, { ref: false });
}
