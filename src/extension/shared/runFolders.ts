import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { setContextKey } from './settings';
import { MANIFEST_NAME } from '../../runs/manifest';
import { MODELS_BELOW, checkpointsFolder } from '../../runs/checkpoints/modelFile';
import { Delayed } from './delayed';

/** Most files that are looked for in a workspace. */
const MOST_FILES = 2000;
/** A run that is being written changes its manifest often: changes are gathered for this long. */
const GATHER_MS = 150;
/** A folder that is copied in is looked at when nothing more came for this long. */
const SETTLE_MS = 400;
/** Files that are looked at one by one; when more come at once the workspace is searched. */
const MOST_LOOKED_AT = 50;
const MANIFESTS = `**/${MANIFEST_NAME}`;
const EXCLUDED = '**/node_modules/**';

/** The run folders of the workspace, and the folders with models; followed as they come, change and go. */
export class RunFolders implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string[]>();
  private readonly disposables: vscode.Disposable[] = [this.changed];
  private readonly runs = new Set<string>();
  private readonly models = new Set<string>();
  private readonly pending = new Set<string>();
  private readonly came = new Set<string>();
  private readonly telling = new Delayed(() => this.tellChanged(), GATHER_MS);
  private readonly searching = new Delayed(() => void this.searchFolders(), SETTLE_MS);
  private found?: Promise<void>;

  /** Runs that came, changed or went: absolute paths. */
  readonly onDidChange = this.changed.event;

  constructor() {
    const manifests = vscode.workspace.createFileSystemWatcher(MANIFESTS);
    manifests.onDidCreate((file) => this.addRun(file));
    manifests.onDidChange((file) => this.addRun(file));
    const models = vscode.workspace.createFileSystemWatcher(MODELS_BELOW, false, true, true);
    models.onDidCreate((file) => foldersOf(file).forEach((folder) => this.addModels(folder)));
    // Of a folder that comes or goes as a whole only the folder itself may be told, not what is in it.
    const places = vscode.workspace.createFileSystemWatcher('**', false, true, false);
    places.onDidCreate((place) => this.lookInto(place));
    places.onDidDelete((place) => this.remove(place));
    this.disposables.push(manifests, models, places, this.telling, this.searching);
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

  /** Looks for run folders again, and tells of all of them. */
  async search(): Promise<void> {
    this.found = this.find();
    await this.found;
    this.changed.fire([...this.runs]);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async find(): Promise<void> {
    const before = [...this.runs];
    const [manifests, models] = await Promise.all([
      vscode.workspace.findFiles(MANIFESTS, EXCLUDED, MOST_FILES),
      vscode.workspace.findFiles(MODELS_BELOW, EXCLUDED, MOST_FILES),
    ]);
    const found = new Set(manifests.map((file) => path.dirname(file.fsPath)));
    // Runs that the watcher told of in the meantime stay.
    for (const run of before) if (!found.has(run)) this.runs.delete(run);
    for (const run of found) this.runs.add(run);
    for (const file of models) for (const folder of foldersOf(file)) this.models.add(folder);
    this.tellContext();
  }

  private addRun(manifest: vscode.Uri): void {
    const folder = path.dirname(manifest.fsPath);
    this.runs.add(folder);
    this.tellContext();
    this.gather(folder);
  }

  private addModels(folder: string): void {
    if (this.models.has(folder)) return;
    this.models.add(folder);
    this.tellContext();
  }

  /** Looks for runs again once no more files come, when there are folders among them. */
  private lookInto(place: vscode.Uri): void {
    this.came.add(place.fsPath);
    this.searching.postpone();
  }

  private async searchFolders(): Promise<void> {
    const places = [...this.came];
    this.came.clear();
    const folders = await Promise.all(places.slice(0, MOST_LOOKED_AT).map(isFolder));
    if (places.length <= MOST_LOOKED_AT && !folders.includes(true)) return;
    const before = new Set(this.runs);
    this.found = this.find();
    await this.found;
    for (const run of this.runs) if (!before.has(run)) this.gather(run);
  }

  private remove({ fsPath }: vscode.Uri): void {
    const gone = [...this.runs].filter(
      (run) =>
        path.join(run, MANIFEST_NAME) === fsPath || run === fsPath || run.startsWith(`${fsPath}${path.sep}`),
    );
    for (const run of gone) {
      this.runs.delete(run);
      this.gather(run);
    }
    if (gone.length > 0) this.tellContext();
  }

  private gather(folder: string): void {
    this.pending.add(folder);
    this.telling.ask();
  }

  private tellChanged(): void {
    const folders = [...this.pending];
    this.pending.clear();
    this.changed.fire(folders);
  }

  private tellContext(): void {
    setContextKey('apd.runFolders', menuPaths(this.runs));
    setContextKey('apd.modelFolders', menuPaths(this.models));
  }
}

/**
 * Paths of folders for `resourcePath in …`; false where there are none, so that the key alone asks whether there are any.
 * The path as the window sees it stands beside ours, from which it differs where the host is another system.
 */
export function menuPaths(folders: Iterable<string>): string[] | false {
  const both = new Set([...folders].flatMap((folder) => [folder, vscode.Uri.file(folder).path]));
  return both.size > 0 && [...both];
}

/** Folders that a model makes folders of checkpoints: its own, and for a `model.json` the one above, beside its like. */
function foldersOf({ fsPath }: vscode.Uri): string[] {
  return [...new Set([path.dirname(fsPath), checkpointsFolder(fsPath)])];
}

/** Whether there is a folder of this path. */
async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (there) => there.isDirectory(),
    () => false,
  );
}
