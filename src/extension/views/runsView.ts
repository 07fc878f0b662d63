import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import type { Timeline } from '../../protocol/scene';
import { messageOf } from '../shared/failures';
import type { Services } from '../shared/services';
import { showStanding } from '../trainings/runStanding';
import { createTreeView } from '../shared/items';
import { lines } from '../shared/plainText';
import { formatShare, pluralise, snapshotName } from '../../core/wording';

type Entry =
  | { kind: 'run'; folder: string }
  | { kind: 'snapshot'; folder: string; snapshot: number; run: RunInfo }
  | { kind: 'note'; text: string; waiting?: boolean };

/** Tree of the run folders of the workspace and their snapshots. */
export class RunsView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Entry | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly infos = new Map<string, Promise<RunInfo>>();
  private readonly timelines = new Map<string, Promise<Timeline>>();
  private readonly disposables: vscode.Disposable[];
  private readonly view: vscode.TreeView<Entry>;

  constructor(
    private readonly services: Pick<Services, 'log' | 'engine' | 'sessions' | 'runs' | 'training'>,
  ) {
    this.view = createTreeView<Entry>('apd.runs', this);
    this.disposables = [
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(() => void this.revealShown()),
      services.runs.onDidChange((folders) => this.onRuns(folders)),
      services.training.onDidChangeStanding(() => this.changed.fire(undefined)),
      services.sessions.onDidChange((event) => {
        if (event !== 'active' && event !== 'scene') return;
        this.changed.fire(undefined);
        void this.revealShown();
      }),
    ];
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    if (!entry) return (await this.folders()).map((folder) => ({ kind: 'run', folder }));
    if (entry.kind !== 'run') return [];
    try {
      const run = await this.info(entry.folder);
      const { folder } = entry;
      if (run.snapshots.length === 0) return [{ kind: 'note', text: 'no snapshot yet', waiting: true }];
      return run.snapshots.map((_, snapshot) => ({ kind: 'snapshot', folder, snapshot, run }));
    } catch (error) {
      return [{ kind: 'note', text: messageOf(error) }];
    }
  }

  getParent(entry: Entry): Entry | undefined {
    return entry.kind === 'snapshot' ? { kind: 'run', folder: entry.folder } : undefined;
  }

  async getTreeItem(entry: Entry): Promise<vscode.TreeItem> {
    switch (entry.kind) {
      case 'run':
        return this.runItem(entry.folder);
      case 'snapshot':
        return this.snapshotItem(entry);
      case 'note': {
        const item = new vscode.TreeItem(entry.text);
        item.iconPath = new vscode.ThemeIcon(entry.waiting ? 'watch' : 'error');
        item.tooltip = lines([
          entry.waiting ? 'The first snapshot appears here as soon as it is written.' : entry.text,
        ]);
        return item;
      }
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Scrolls to the snapshot that is shown, while the tree is in sight. */
  private async revealShown(): Promise<void> {
    const session = this.services.sessions.active;
    if (!this.view.visible || !session?.run || !session.shown) return;
    const { folder, run, shown } = session;
    // While snapshots come by themselves the tree stays where the user has it.
    if (session.followsLatest && this.services.training.of(folder)) return;
    try {
      const entry: Entry = { kind: 'snapshot', folder, snapshot: shown.snapshot, run };
      await this.view.reveal(entry, { select: true, focus: false });
    } catch (error) {
      // The tree changed under it: the next scene scrolls again.
      this.services.log.debug(`Runs: ${messageOf(error)}`);
    }
  }

  /** Runs of the workspace, and those from elsewhere that are shown. */
  private async folders(): Promise<string[]> {
    const folders = await this.services.runs.list();
    const active = this.services.sessions.active?.folder;
    return active === undefined || folders.includes(active) ? folders : [...folders, active];
  }

  private onRuns(folders: string[]): void {
    for (const folder of folders) {
      this.infos.delete(folder);
      this.timelines.delete(folder);
    }
    this.changed.fire(undefined);
  }

  private info(folder: string): Promise<RunInfo> {
    return remembered(this.infos, folder, () => this.services.engine.request('run/open', { folder }));
  }

  private timeline(folder: string): Promise<Timeline> {
    return remembered(this.timelines, folder, () => this.services.engine.request('run/timeline', { folder }));
  }

  private async runItem(folder: string): Promise<vscode.TreeItem> {
    const active = this.services.sessions.active?.folder === folder;
    const state = active
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(path.basename(folder), state);
    item.id = folder;
    item.contextValue = 'run';
    item.iconPath = new vscode.ThemeIcon('type-hierarchy');
    item.tooltip = lines([folder]);
    try {
      const run = await this.info(folder);
      item.label = run.name;
      const { length } = run.snapshots;
      const snapshots = length === 0 ? 'no snapshot yet' : pluralise(length, 'snapshot');
      item.description = `${snapshots}, ${pluralise(run.dataset.rows, 'instance')}`;
      item.accessibilityInformation = { label: `${run.name}, ${item.description}` };
      const standing = run.training && (await this.services.training.standing(folder));
      if (standing) showStanding(item, standing);
    } catch (error) {
      item.description = 'cannot be read';
      item.tooltip = lines([messageOf(error)]);
      item.iconPath = new vscode.ThemeIcon('error');
    }
    return item;
  }

  private async snapshotItem({
    folder,
    snapshot,
    run,
  }: Entry & { kind: 'snapshot' }): Promise<vscode.TreeItem> {
    const entry = run.snapshots[snapshot];
    const item = new vscode.TreeItem(snapshotName(entry));
    item.id = `${folder}#${snapshot}`;
    const wholeEpoch = run.training && entry.model !== undefined && Number.isInteger(entry.epoch);
    item.contextValue = wholeEpoch ? 'snapshot.trained' : 'snapshot';
    const active = this.services.sessions.active;
    const shown = active?.folder === folder && (active.shown ?? active.state).snapshot === snapshot;
    item.iconPath = new vscode.ThemeIcon(shown ? 'circle-filled' : 'circle-outline');
    const accuracy = entry.accuracy === undefined ? undefined : formatShare(entry.accuracy);
    const patterns = entry.patterns ?? (await this.patternsOf(folder, snapshot));
    item.description = [accuracy, patterns?.join(' · ')].filter(Boolean).join('  |  ');
    const levels = run.layers.map((layer, l) => `${layer.name}: ${patterns?.[l] ?? '–'} patterns`);
    item.tooltip = lines([snapshotName(entry), accuracy && `accuracy ${accuracy}`, ...levels, entry.model]);
    item.command = { command: 'apd.showSnapshot', title: 'Show Snapshot', arguments: [{ folder, snapshot }] };
    const parts = [`${item.label}${shown ? ', shown' : ''}`, accuracy && `accuracy ${accuracy}`, ...levels];
    item.accessibilityInformation = { label: parts.filter(Boolean).join(', ') };
    return item;
  }

  private async patternsOf(folder: string, snapshot: number): Promise<(number | string)[] | undefined> {
    try {
      return (await this.timeline(folder)).patterns.map((level) => level[snapshot] ?? '–');
    } catch (error) {
      this.services.log.warn(`Patterns of ${folder}: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** What was asked for already; a failure is not kept. */
function remembered<T>(map: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = map.get(key);
  if (known) return known;
  const asked = ask();
  map.set(key, asked);
  asked.catch(() => {
    if (map.get(key) === asked) map.delete(key);
  });
  return asked;
}
