import type * as vscode from 'vscode';

/** What is run with Python and recorded; plain data, which the workspace remembers. */
export interface PythonJob {
  /** What the user knows it by: the script's file name. */
  name: string;
  /** The interpreter. */
  python: string;
  /** What follows `python -m apd_recorder`. */
  words: string[];
  /** Folder in which it runs. */
  cwd: string;
  /** Its run folder. */
  folder: string;
  /** What the panel says until there is a snapshot. */
  waitingFor: string;
  /** Its process, once that is known. */
  pid?: number;
}

const KEY = 'apd.pythonJobs';

/** The jobs under way, as the workspace remembers them: the next window takes them up, or tells that they ended. */
export class JobMemory {
  private jobs: PythonJob[];

  constructor(private readonly memento: vscode.Memento) {
    this.jobs = memento.get<PythonJob[]>(KEY, []);
  }

  /** All jobs, in the order in which they began. */
  get all(): readonly PythonJob[] {
    return this.jobs;
  }

  /** Remembers a job, in place of what was known of it. */
  async add(job: PythonJob): Promise<void> {
    this.jobs = [...this.jobs.filter(({ folder }) => folder !== job.folder), job];
    await this.memento.update(KEY, this.jobs);
  }

  /** Forgets the job that wrote a run. */
  async remove(folder: string): Promise<void> {
    this.jobs = this.jobs.filter((job) => job.folder !== folder);
    await this.memento.update(KEY, this.jobs);
  }
}
