import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LogInfo, LogOptions, LogRequests } from '../../protocol/logs';
import type { EngineClient } from '../engine/engineClient';
import { isCancelled, messageOf } from '../shared/failures';
import type { RunFolders } from '../shared/runFolders';
import type { Sessions } from '../session/sessions';
import { setContextKey, setting } from '../shared/settings';
import { Delayed } from '../shared/delayed';

/** What the logs of runs need of the extension. */
interface Surroundings {
  log: vscode.LogOutputChannel;
  engine: EngineClient;
  runs: RunFolders;
  sessions: Sessions;
}

/** News of the same run that follow each other faster than this, in milliseconds, are read as one. */
const GATHER_MS = 60;
/** Of the engine's time, readings of one log that grows all the while take one part in this many. */
const SPARING = 4;
/** But what is new is read after this long, in milliseconds, at the latest. */
const LATEST_MS = 2_000;
/** After the engine's end, logs are read again when this long, in milliseconds, has passed. */
const RESTART_MS = 1_000;

/**
 * The logs of the runs that are open or in the workspace, as the engine knows them. Which log a run has is known of all;
 * read through are those of runs that are shown, and those that somebody asked for.
 */
export class LogInfos implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string>();
  /** The log of a run, or what is known of it, changed: its folder. */
  readonly onDidChange = this.changed.event;

  /** Logs by run folder. */
  private readonly files = new Map<string, string>();
  private readonly infos = new Map<string, LogInfo>();
  /** Runs whose log somebody wants to be kept up to date. */
  private readonly wanted = new Set<string>();
  /** Logs that are looked at by themselves. */
  private readonly looked = new Set<{ file: string }>();
  private readonly reading = new Map<string, Promise<LogInfo | undefined>>();
  private readonly late = new Map<string, NodeJS.Timeout>();
  /** How long the last reading took, in milliseconds. */
  private readonly took = new Map<string, number>();
  /** What the engine was last asked to watch. */
  private watched = '';
  private readonly restarting = new Delayed(() => this.begin(), RESTART_MS);
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly surroundings: Surroundings) {
    const { engine, runs, sessions } = surroundings;
    this.disposables = [
      this.changed,
      engine.on('log/changed', ({ file }) => this.onLogChanged(file)),
      engine.onExit(({ again }) => this.onExit(again)),
      runs.onDidChange((folders) => void this.onRuns(folders)),
      sessions.onDidChange((event) => {
        if (event === 'active' || event === 'run') this.onSession();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('apd.log')) void this.search();
      }),
    ];
  }

  /** What is known of the log of a run; undefined until it was read. */
  of(folder: string): LogInfo | undefined {
    return this.infos.get(folder);
  }

  /** Folders of the runs that a file is the log of: the active one, those that are open, those with most of its rows. */
  runsOf(file: string): string[] {
    const folders = [...this.files].filter(([, of]) => of === file).map(([folder]) => folder);
    if (folders.length < 2) return folders;
    const { sessions } = this.surroundings;
    const rank = (folder: string) =>
      folder === sessions.active?.folder ? 0 : sessions.of(folder).length > 0 ? 1 : 2;
    const marks = (folder: string) => this.infos.get(folder)?.marks.length ?? 0;
    return folders.sort((a, b) => rank(a) - rank(b) || marks(b) - marks(a));
  }

  /** Reads a log for all runs that have it, where that was not done yet. */
  async readFile(file: string): Promise<void> {
    const unread = this.runsOf(file).filter((folder) => !this.infos.has(folder));
    await Promise.all(unread.map((folder) => this.read(folder)));
  }

  /** All logs that belong to runs. */
  get logFiles(): string[] {
    return [...new Set(this.files.values())];
  }

  /** How logs are found and read, as set for a place. */
  options(folder: string): LogOptions {
    const pattern = setting('apd.log.pattern', vscode.Uri.file(folder));
    return { findBeside: setting('apd.log.findBeside'), ...(pattern ? { pattern } : {}) };
  }

  /** Reads the log of a run, and keeps it up to date from now on. Failures are logged; then the result is undefined. */
  read(folder: string): Promise<LogInfo | undefined> {
    this.wanted.add(folder);
    const under = this.reading.get(folder);
    if (under) return under;
    const asked = this.ask(folder).finally(() => this.reading.delete(folder));
    this.reading.set(folder, asked);
    return asked;
  }

  /** Links a log to a run; null for none. @throws what the engine says */
  link(folder: string, file: string | null): Promise<LogInfo> {
    return this.set('log/link', { folder, file, options: this.options(folder) });
  }

  /** Corrects how log and snapshots belong together. @throws what the engine says */
  correct(correction: Omit<LogRequests['log/correct']['params'], 'options'>): Promise<LogInfo> {
    return this.set('log/correct', { ...correction, options: this.options(correction.folder) });
  }

  /** Has the engine tell of changes of a log, whether a run has it or not, until that is disposed of. */
  watchFile(file: string): vscode.Disposable {
    const entry = { file };
    this.looked.add(entry);
    void this.watch();
    return new vscode.Disposable(() => {
      this.looked.delete(entry);
      void this.watch();
    });
  }

  /** Looks for the logs of all runs of the workspace. */
  async search(): Promise<void> {
    await this.onRuns(await this.surroundings.runs.list());
    for (const folder of this.wanted) this.readSoon(folder);
  }

  dispose(): void {
    this.restarting.dispose();
    for (const timer of this.late.values()) clearTimeout(timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async set<K extends 'log/link' | 'log/correct'>(
    method: K,
    params: LogRequests[K]['params'],
  ): Promise<LogInfo> {
    const info: LogInfo = await this.surroundings.engine.request(method, params);
    this.wanted.add(info.folder);
    this.take(info);
    return info;
  }

  private async ask(folder: string): Promise<LogInfo | undefined> {
    try {
      const options = this.options(folder);
      const since = performance.now();
      const info = await this.surroundings.engine.request('log/info', { folder, options });
      this.took.set(folder, performance.now() - since);
      this.take(info);
      return info;
    } catch (error) {
      if (!isCancelled(error)) this.surroundings.log.warn(`Log of ${folder}: ${messageOf(error)}`);
      return undefined;
    }
  }

  private take(info: LogInfo): void {
    const { folder, version, file } = info;
    const before = this.infos.get(folder);
    this.infos.set(folder, info);
    const another = this.setFile(folder, file);
    void this.watch();
    if (another || before?.version !== version) this.changed.fire(folder);
    this.tellContext();
  }

  /** Notes which log a run has; true where it is another one than before. */
  private setFile(folder: string, file: string | undefined): boolean {
    // As `Uri.fsPath` writes paths, by which files of editors are compared with them.
    const log = file === undefined ? undefined : vscode.Uri.file(file).fsPath;
    if (this.files.get(folder) === log) return false;
    if (log === undefined) this.files.delete(folder);
    else this.files.set(folder, log);
    return true;
  }

  /** Asks the engine to tell of changes of the logs that are wanted. */
  private async watch(): Promise<void> {
    const wanted = [...this.wanted]
      .flatMap((folder) => [this.files.get(folder), this.companionOf(folder)])
      .filter((file) => file !== undefined);
    const files = [...new Set([...wanted, ...Array.from(this.looked, ({ file }) => file)])].sort();
    if (files.length === 0 && this.watched === '') return;
    const params = { files, options: this.options(files[0] ?? '') };
    const asked = JSON.stringify(params);
    if (this.watched === asked) return;
    this.watched = asked;
    try {
      await this.surroundings.engine.request('log/watch', params);
    } catch (error) {
      if (this.watched === asked) this.watched = '';
      this.surroundings.log.warn(`Logs are not watched: ${messageOf(error)}`);
    }
  }

  /** The file that is read together with the log of a run, as `setFile` has paths. */
  private companionOf(folder: string): string | undefined {
    const companion = this.infos.get(folder)?.companion;
    return companion === undefined ? undefined : vscode.Uri.file(companion).fsPath;
  }

  private onLogChanged(file: string): void {
    const beside = [...this.infos.keys()].filter((folder) => this.companionOf(folder) === file);
    for (const folder of new Set([...this.runsOf(file), ...beside])) this.readSoon(folder);
  }

  /** A new engine watches nothing yet, and what came meanwhile was not told. */
  private onExit(again: boolean): void {
    this.watched = '';
    if (again) this.restarting.dispose();
    else this.restarting.postpone();
  }

  private begin(): void {
    void this.watch();
    for (const folder of this.wanted) this.readSoon(folder);
  }

  private readSoon(folder: string): void {
    if (!this.wanted.has(folder) || this.late.has(folder)) return;
    const timer = setTimeout(() => {
      this.late.delete(folder);
      void this.readAgain(folder);
    }, this.pause(folder));
    this.late.set(folder, timer);
  }

  /** Milliseconds until news are read: the longer, the longer the last reading took. */
  private pause(folder: string): number {
    return Math.min(LATEST_MS, Math.max(GATHER_MS, SPARING * (this.took.get(folder) ?? 0)));
  }

  /** What came while a log was being read needs one more reading. */
  private async readAgain(folder: string): Promise<void> {
    await this.reading.get(folder);
    await this.read(folder);
  }

  private async onRuns(folders: readonly string[]): Promise<void> {
    if (folders.length === 0) return;
    const { engine, log } = this.surroundings;
    for (const folder of folders) this.readSoon(folder);
    try {
      const options = this.options(folders[0]);
      const links = await engine.request('log/links', { folders: [...folders], options });
      const found = new Map(links.map(({ folder, file }) => [folder, file]));
      const changed = folders.filter((folder) => this.setFile(folder, found.get(folder)));
      void this.watch();
      this.tellContext();
      for (const folder of changed) this.changed.fire(folder);
    } catch (error) {
      if (!isCancelled(error)) log.warn(`Logs of runs: ${messageOf(error)}`);
    }
  }

  private onSession(): void {
    const active = this.surroundings.sessions.active;
    this.tellContext();
    if (active?.run) {
      this.wanted.add(active.folder);
      this.readSoon(active.folder);
    }
  }

  private tellContext(): void {
    const active = this.surroundings.sessions.active?.folder;
    setContextKey('apd.hasLog', active !== undefined && this.files.has(active));
    // As the window sees paths, where the host is another system.
    const files = this.logFiles;
    setContextKey('apd.logFiles', [
      ...new Set([...files, ...files.map((file) => vscode.Uri.file(file).path)]),
    ]);
  }
}

/** Name of a log for users: with its folder where many are called the same. */
export function logName(file: string): string {
  const name = path.basename(file);
  return /^(?:metrics\.csv|trainer_state\.json|results\.csv|scalars\.json|events\.out\.)/.test(name)
    ? path.join(path.basename(path.dirname(file)), name)
    : name;
}
