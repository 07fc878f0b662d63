import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { withRecorder } from '../../runs/python/findPython';
import { watchFile, type Watch } from '../../runs/watching/watchFiles';
import type { Panels } from '../panel/panels';
import { freeFolder } from '../recording/freeFolder';
import { isCancelled, messageOf, UserError } from '../shared/failures';
import type { RunFolders } from '../shared/runFolders';
import { statusItem } from '../shared/items';
import { showInputBox, showWarningMessage } from '../shared/messages';
import { setContextKey, setting } from '../shared/settings';
import { pythonFor } from './interpreter';
import { splitWords } from './words';
import { MANIFEST_NAME } from '../../runs/manifest';

/** What is needed of the extension. */
interface Needs {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly runs: RunFolders;
  readonly panels: Panels;
}

/** A Python training under way. */
interface PythonTraining {
  script: string;
  folder: string;
  execution: vscode.TaskExecution;
  watch: Watch;
  /** Closes the panel that waits for the first snapshot; absent once there is one. */
  waiting?: vscode.Disposable;
}

/** Type of the tasks that run scripts. */
const TASK_TYPE = 'apd';

/**
 * Python trainings that are recorded while they run, each in a terminal of its own: what they print is seen there, Ctrl-C
 * reaches them, and their run is shown from its first snapshot on.
 */
export class PythonTrainings implements vscode.Disposable {
  private readonly running = new Map<vscode.TaskExecution, PythonTraining>();
  private readonly disposables: vscode.Disposable[] = [];
  private readonly status = statusItem(
    'apd.python',
    7,
    'Python Training That Is Recorded',
    'apd.showTrainingTerminal',
  );

  constructor(private readonly services: Needs) {
    this.disposables.push(
      this.status,
      vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => this.onEnd(execution, exitCode)),
    );
  }

  /**
   * Asks for the arguments of a script and runs it.
   * @param given arguments, where they need not be asked for
   * @throws UserError where the workspace is not trusted, or there is no Python
   */
  async run(script: vscode.Uri, given?: string): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      throw new UserError(
        'scripts of a workspace run only where it is trusted (Workspaces: Manage Workspace Trust)',
      );
    }
    const place = vscode.workspace.getWorkspaceFolder(script);
    const cwd = place?.uri.fsPath ?? path.dirname(script.fsPath);
    const line = given ?? (await this.askForArguments(script.fsPath));
    if (line === undefined) return;
    const words = splitWords(line);
    if (!Array.isArray(words)) throw new UserError(`arguments: ${words.problem}`);
    await this.remember(script.fsPath, line);
    const python = await pythonFor(script, cwd);
    const name = path.basename(script.fsPath);
    this.services.log.info(`${name} runs with ${python.command}: ${python.reason}`);
    const folder = await this.folderFor(script, place);
    const execution = await vscode.tasks.executeTask(
      this.task(script, python.command, words, { cwd, folder, scope: place }),
    );
    this.running.set(execution, {
      script: script.fsPath,
      folder,
      execution,
      watch: watchFile(path.join(folder, MANIFEST_NAME), () => void this.onRunChanged(execution)),
      waiting: this.services.panels.prepare(
        folder,
        `Running ${name}; its first snapshot comes with its first epoch…`,
      ),
    });
    this.update();
  }

  /** Ends the trainings, as closing their terminals would. Their runs are whole up to the last snapshot. */
  stop(): void {
    for (const { execution } of this.running.values()) execution.terminate();
  }

  /** Brings the terminal of the latest training to the front. */
  showTerminal(): void {
    const latest = [...this.running.values()].at(-1);
    const name = latest && terminalName(path.basename(latest.script));
    const terminal = vscode.window.terminals.find((one) => name !== undefined && one.name.includes(name));
    terminal?.show();
  }

  dispose(): void {
    for (const { watch, waiting } of this.running.values()) {
      watch.close();
      waiting?.dispose();
    }
    for (const disposable of this.disposables) disposable.dispose();
  }

  private task(
    script: vscode.Uri,
    python: string,
    words: string[],
    { cwd, folder, scope }: { cwd: string; folder: string; scope?: vscode.WorkspaceFolder },
  ): vscode.Task {
    const name = path.basename(script.fsPath);
    const args = ['--out', folder, script.fsPath, ...words];
    const recorder = vscode.Uri.joinPath(this.services.context.extensionUri, 'recorder', 'src').fsPath;
    const { PYTHONPATH } = withRecorder(process.env, recorder);
    // No shell: arguments reach the script as they are.
    const launched = new vscode.ProcessExecution(python, ['-m', 'apd_recorder', ...args], {
      cwd,
      env: { PYTHONPATH: PYTHONPATH!, PYTHONUNBUFFERED: '1' },
    });
    // With the run in it no two are the same task: a script may run again while another of it goes on.
    const definition = { type: TASK_TYPE, script: name, run: folder };
    const task = new vscode.Task(
      definition,
      scope ?? vscode.TaskScope.Workspace,
      terminalName(name),
      TASK_TYPE,
      launched,
      [],
    );
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Always,
      panel: vscode.TaskPanelKind.Dedicated,
      focus: false,
      clear: true,
    };
    return task;
  }

  private async folderFor(script: vscode.Uri, place: vscode.WorkspaceFolder | undefined): Promise<string> {
    const wanted = setting('apd.runsFolder', place?.uri) || 'apd-runs';
    const base = place?.uri.fsPath ?? this.services.context.globalStorageUri.fsPath;
    const folder = path.resolve(base, wanted, path.basename(script.fsPath, path.extname(script.fsPath)));
    return existsSync(folder) ? freeFolder(folder) : folder;
  }

  private askForArguments(script: string): Thenable<string | undefined> {
    return showInputBox({
      title: `Run ${path.basename(script)} and Record Activation Patterns`,
      prompt: 'Arguments of the script, as you would type them (none: just Enter)',
      placeHolder: '--epochs 10 --lr 0.1',
      value: this.remembered()[script] ?? '',
      validateInput: (line) => {
        const words = splitWords(line);
        return Array.isArray(words) ? undefined : words.problem;
      },
    });
  }

  private remembered(): Record<string, string> {
    return this.services.context.workspaceState.get<Record<string, string>>('apd.scriptArguments', {});
  }

  private remember(script: string, line: string): Thenable<void> {
    const all = { ...this.remembered(), [script]: line };
    return this.services.context.workspaceState.update('apd.scriptArguments', all);
  }

  private async onRunChanged(execution: vscode.TaskExecution): Promise<void> {
    const training = this.running.get(execution);
    if (!training || !existsSync(path.join(training.folder, MANIFEST_NAME))) return;
    this.services.runs.announce(training.folder);
    if (!training.waiting) return;
    training.waiting = undefined;
    try {
      await this.services.panels.open(training.folder, { follow: true, keepFocus: true });
    } catch (error) {
      if (!isCancelled(error)) this.services.log.error(`${training.folder}: ${messageOf(error)}`);
    }
  }

  private onEnd(execution: vscode.TaskExecution, exitCode: number | undefined): void {
    const training = this.running.get(execution);
    if (!training) return;
    void this.tellEnd(training, exitCode);
  }

  /** The last snapshot may have come with the end. */
  private async tellEnd(training: PythonTraining, exitCode: number | undefined): Promise<void> {
    await this.onRunChanged(training.execution);
    const { script, folder, waiting, watch } = training;
    watch.close();
    waiting?.dispose();
    this.running.delete(training.execution);
    this.update();
    const name = path.basename(script);
    const recorded = existsSync(path.join(folder, MANIFEST_NAME));
    this.services.log.info(`${name} ended with exit code ${exitCode ?? 'unknown'}`);
    if (recorded && (exitCode === 0 || exitCode === undefined)) return;
    const what = recorded
      ? `${name} ended with exit code ${exitCode}. Its snapshots up to then are in ${path.basename(folder)}.`
      : `${name} ended, and no activation patterns were recorded; its terminal says why.`;
    void showWarningMessage(what);
  }

  private update(): void {
    const names = [...this.running.values()].map(({ script }) => path.basename(script));
    setContextKey('apd.pythonTraining', names.length > 0);
    this.status.say(
      names.length === 0
        ? undefined
        : {
            icon: 'record',
            text: names.join(', '),
            tooltip: [
              `Recording the activation patterns of ${names.join(', ')}.`,
              'Click to show the terminal.',
            ],
            spoken: `Recording ${names.join(', ')}`,
          },
    );
  }
}

function terminalName(script: string): string {
  return `Record ${script}`;
}
