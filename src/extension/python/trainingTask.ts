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
  // VS Code takes up background tasks again after the window is reloaded, others end with it.
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

/** Gives VS Code the tasks of jobs that it knows by their run, as it asks for when it takes them up again. */
export function offerTasks(find: (run: string) => vscode.Task | undefined): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TASK_TYPE, {
    provideTasks: () => [],
    resolveTask: (task) => {
      const run = runOfTask(task);
      return run === undefined ? undefined : find(run);
    },
  });
}

/** The terminal in which a job runs. */
export function terminalOf(job: PythonJob): vscode.Terminal | undefined {
  const title = titleOf(job);
  return vscode.window.terminals.find(({ name }) => name === title || name.endsWith(` - ${title}`));
}

/** Names the task and its terminal: by the script, and by the run where that has another name. */
function titleOf({ name, folder }: PythonJob): string {
  const run = path.basename(folder);
  return run === path.parse(name).name ? `Record ${name}` : `Record ${name} into ${run}`;
}
