import * as path from 'node:path';
import * as vscode from 'vscode';
import { setContextKey } from './settings';

/** Most files that are looked for in a workspace. */
const MOST_FILES = 2000;
/** A run that is being written changes its manifest often: changes are gathered for this long. */
const GATHER_MS = 150;
const MANIFEST = 'apd-run.json';
const MANIFESTS = `**/${MANIFEST}`;
const MODELS = '**/*.onnx';
const EXCLUDED = '**/node_modules/**';

/** The run folders of the workspace, and the folders with models; followed as they come, change and go. */
export class RunFolders implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string[]>();
  private readonly disposables: vscode.Disposable[] = [this.changed];
  private readonly runs = new Set<string>();
  private readonly models = new Set<string>();
  private readonly pending = new Set<string>();
  private timer?: NodeJS.Timeout;
  private found?: Promise<void>;

  /** Runs that came, changed or went: absolute paths. */
  readonly onDidChange = this.changed.event;

  constructor() {
    const manifests = vscode.workspace.createFileSystemWatcher(MANIFESTS);
    manifests.onDidCreate((file) => this.add(file, this.runs));
    manifests.onDidChange((file) => this.add(file, this.runs));
    const models = vscode.workspace.createFileSystemWatcher(MODELS, false, true, true);
    models.onDidCreate((file) => this.add(file, this.models));
    // Of a folder that is deleted only the folder itself is told, not what was in it.
    const deleted = vscode.workspace.createFileSystemWatcher('**', true, true, false);
    deleted.onDidDelete((place) => this.remove(place));
    this.disposables.push(manifests, models, deleted);
  }

  /** All run folders, sorted by path. The first call looks for them. */
  async list(): Promise<string[]> {
    this.found ??= this.find();
    await this.found;
    return [...this.runs].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  }

  /** Says that a run changed that the watcher may not see, outside the workspace. */
  announce(folder: string): void {
    this.gather(folder);
  }

  /** Looks for run folders again. */
  async search(): Promise<void> {
    this.found = this.find();
    await this.found;
    this.changed.fire([...this.runs]);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async find(): Promise<void> {
    const [manifests, models] = await Promise.all([
      vscode.workspace.findFiles(MANIFESTS, EXCLUDED, MOST_FILES),
      vscode.workspace.findFiles(MODELS, EXCLUDED, MOST_FILES),
    ]);
    this.runs.clear();
    for (const file of manifests) this.runs.add(path.dirname(file.fsPath));
    for (const file of models) this.models.add(path.dirname(file.fsPath));
    this.tellContext();
  }

  private add(file: vscode.Uri, folders: Set<string>): void {
    const folder = path.dirname(file.fsPath);
    folders.add(folder);
    this.tellContext();
    if (folders === this.runs) this.gather(folder);
  }

  private remove({ fsPath }: vscode.Uri): void {
    const gone = [...this.runs].filter(
      (run) =>
        path.join(run, MANIFEST) === fsPath || run === fsPath || run.startsWith(`${fsPath}${path.sep}`),
    );
    for (const run of gone) {
      this.runs.delete(run);
      this.gather(run);
    }
    if (gone.length > 0) this.tellContext();
  }

  private gather(folder: string): void {
    this.pending.add(folder);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const folders = [...this.pending];
      this.pending.clear();
      this.changed.fire(folders);
    }, GATHER_MS);
  }

  private tellContext(): void {
    // `resourcePath` is the path as the window sees it, which differs from ours where the host is another system.
    const both = (folders: Set<string>) => [
      ...new Set([...folders].flatMap((folder) => [folder, vscode.Uri.file(folder).path])),
    ];
    setContextKey('apd.runFolders', both(this.runs));
    setContextKey('apd.modelFolders', both(this.models));
  }
}
