import * as path from 'node:path';
import * as vscode from 'vscode';
import { withRecorder } from '../../runs/python/findPython';
import type { PythonJob } from './pythonJob';

/** Type of the tasks that run Python trainings. */
const TASK_TYPE = 'apd';

/**
 * The task that runs a job in a terminal of its own.
 * @param recorder folder that holds the package `apd_recorder`
 */
export function taskOf(job: PythonJob, recorder: string): vscode.Task {
  const { PYTHONPATH } = withRecorder(process.env, recorder);
  // No shell: arguments reach the script as they are.
  const launched = new vscode.ProcessExecution(job.python, ['-m', 'apd_recorder', ...job.words], {
    cwd: job.cwd,
    env: { PYTHONPATH: PYTHONPATH!, PYTHONUNBUFFERED: '1' },
  });
  // With the run in it no two are the same task: a script may run again while another of it goes on.
  const definition = { type: TASK_TYPE, script: job.name, run: job.folder };
  const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(job.cwd)) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task(definition, scope, titleOf(job), TASK_TYPE, launched, []);
  // VS Code brings terminals of background tasks back after the window is reloaded, those of others it does not.
  task.isBackground = true;
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    focus: false,
    clear: true,
  };
  return task;
}

/** The run folder of a task of ours; undefined for tasks of others. */
export function runOfTask({ definition }: vscode.Task): string | undefined {
  const run: unknown = definition.run;
  return definition.type === TASK_TYPE && typeof run === 'string' ? run : undefined;
}

/** The terminal whose process this is; undefined where no terminal of the window has it. */
export async function terminalWith(pid: number): Promise<vscode.Terminal | undefined> {
  for (const terminal of vscode.window.terminals) {
    if ((await terminal.processId) === pid) return terminal;
  }
  return undefined;
}

/** Names the task and its terminal: by the script, and by the run where that has another name. */
function titleOf({ name, folder }: PythonJob): string {
  const run = path.basename(folder);
  return run === path.parse(name).name ? `Record ${name}` : `Record ${name} into ${run}`;
}
