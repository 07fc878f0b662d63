import * as vscode from 'vscode';
import type { LogInfo, LogMark } from '../../protocol/logs';
import { messageOf } from '../shared/failures';
import { logName } from '../logs/logInfos';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import { snapshotItem } from './snapshotItem';
import { linesOfLog, momentOfRow, placeOfRow, shortName, shortReason, standingOfLog } from './snapshotTexts';
import { createTreeView, describeView } from '../shared/items';
import { lines } from '../shared/plainText';
import { formatCount, pluralise } from '../../core/wording';

/** A snapshot; commands of its menu read folder and number. */
interface SnapshotEntry {
  kind: 'snapshot';
  folder: string;
  session: Session;
  snapshot: number;
}
type Entry =
  | SnapshotEntry
  | { kind: 'log'; folder: string; info: LogInfo }
  | { kind: 'noLog'; folder: string; reading: boolean; failed: boolean }
  | { kind: 'join'; folder: string; reason: string }
  | { kind: 'problems'; info: LogInfo }
  | { kind: 'rows'; info: LogInfo }
  | { kind: 'place'; id: string; text: string; description: string; file: string; line?: number }
  | { kind: 'note'; text: string };

/** Characters of a log's name that leave room for how it stands. */
const LONGEST_NAME = 18;

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

/** Tree of the active run's snapshots with what its log says of them, and of how the two belong together. */
export class SnapshotsView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Entry | Entry[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Entry>;
  private readonly disposables: vscode.Disposable[];
  /** Entries of the snapshots as the tree has them, by snapshot. */
  private entries: SnapshotEntry[] = [];
  private marks = new Map<number, LogMark>();
  private unmatched = new Map<number, string>();
  /** The snapshot that has the mark of the shown one. */
  private marked?: number;
  /** Runs whose log could not even be looked for. */
  private readonly failed = new Set<string>();

  constructor(private readonly services: Pick<Services, 'log' | 'sessions' | 'logs' | 'training'>) {
    this.view = createTreeView<Entry>('apd.snapshots', this);
    this.disposables = [
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(() => void this.revealShown()),
      services.logs.onDidChange((folder) => {
        if (folder === services.sessions.active?.folder) this.changed.fire(undefined);
      }),
      services.sessions.onDidChange((event) => {
        if (event === 'active' || event === 'run') this.onRun();
        else if (event === 'scene') this.onScene();
      }),
    ];
  }

  getChildren(entry?: Entry): Entry[] {
    if (!entry) return this.roots();
    switch (entry.kind) {
      case 'log':
        return partsOfLog(entry.folder, entry.info);
      case 'problems':
        return problemsOf(entry.info);
      case 'rows':
        return rowsOf(entry.info);
      case 'snapshot':
      case 'noLog':
      case 'join':
      case 'place':
      case 'note':
        return [];
    }
  }

  getParent(): undefined {
    // Only snapshots are revealed, which are at the top.
    return undefined;
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    switch (entry.kind) {
      case 'snapshot':
        return this.itemOf(entry);
      case 'log':
        return logItem(entry.folder, entry.info);
      case 'noLog':
        return noLogItem(entry);
      case 'join': {
        const item = plainItem('Epochs', entry.reason, 'arrow-swap');
        item.tooltip = lines([`Epochs of checkpoints and log: ${entry.reason}`]);
        item.command = { command: 'apd.shiftEpochs', title: 'Set Epoch Shift of Log…' };
        return item;
      }
      case 'problems': {
        const text = pluralise(entry.info.problemCount, 'problem');
        return plainItem(text, 'what could not be read', 'warning', Collapsed);
      }
      case 'rows': {
        const { unmatchedRowCount, unmatchedRows } = entry.info;
        const thing = unmatchedRows[0]?.epoch === undefined ? 'step' : 'epoch';
        const text = `${pluralise(unmatchedRowCount, thing)} without snapshot`;
        return plainItem(text, '', 'circle-slash', Collapsed);
      }
      case 'place':
        return placeItem(entry);
      case 'note':
        return plainItem(entry.text, '', 'info');
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private roots(): Entry[] {
    const session = this.services.sessions.active;
    describeView(this.view, session?.run?.name);
    if (!session?.run) return [];
    const { folder, run } = session;
    const info = this.services.logs.of(folder);
    this.marks = new Map(info?.marks.map((mark) => [mark.snapshot, mark]));
    this.unmatched = new Map(info?.unmatchedSnapshots.map(({ snapshot, reason }) => [snapshot, reason]));
    this.marked = shownOf(session);
    const first = this.entries.length === 0;
    this.entries = run.snapshots.map((_, snapshot) => ({ kind: 'snapshot', folder, session, snapshot }));
    // Asked for before there was anything to scroll to; the tree has the entries once this is over.
    if (first) setTimeout(() => void this.revealShown());
    const failed = this.failed.has(folder);
    const log: Entry =
      info?.file !== undefined
        ? { kind: 'log', folder, info }
        : { kind: 'noLog', folder, reading: info === undefined && !failed, failed };
    const none: Entry[] = run.snapshots.length === 0 ? [{ kind: 'note', text: 'no snapshot yet' }] : [];
    return [log, ...this.entries, ...none];
  }

  private itemOf({ session, snapshot }: SnapshotEntry): vscode.TreeItem {
    const { run, timeline, folder } = session;
    // Entries are made of opened runs alone, and a session keeps its run.
    return snapshotItem({
      run: run!,
      snapshot,
      timeline,
      log: this.logOf(folder),
      mark: this.marks.get(snapshot),
      unmatched: this.unmatched.get(snapshot),
      shown: this.marked === snapshot,
    });
  }

  /** The log of a run, where it has one. */
  private logOf(folder: string): LogInfo | undefined {
    const info = this.services.logs.of(folder);
    return info?.file === undefined ? undefined : info;
  }

  private onRun(): void {
    const session = this.services.sessions.active;
    if (session?.run && !this.services.logs.of(session.folder)) void this.read(session.folder);
    this.changed.fire(undefined);
    void this.revealShown();
  }

  /** Another snapshot is shown: of what may be thousands of entries two change. */
  private onScene(): void {
    const session = this.services.sessions.active;
    if (!session) return;
    const before = this.marked;
    this.marked = shownOf(session);
    if (this.entries[0]?.session !== session) {
      this.changed.fire(undefined);
    } else if (before !== this.marked) {
      const both = [before, this.marked].map((snapshot) => this.entries[snapshot ?? -1]);
      this.changed.fire(both.filter((entry) => entry !== undefined));
    }
    void this.revealShown();
  }

  private async read(folder: string): Promise<void> {
    const info = await this.services.logs.read(folder);
    if (info) this.failed.delete(folder);
    else this.failed.add(folder);
    if (!info && folder === this.services.sessions.active?.folder) this.changed.fire(undefined);
  }

  /** Scrolls to the snapshot that is shown, while the tree is in sight. */
  private async revealShown(): Promise<void> {
    const session = this.services.sessions.active;
    const entry = this.entries[this.marked ?? -1];
    if (!this.view.visible || !session || entry?.session !== session) return;
    // While snapshots come by themselves the tree stays where the user has it.
    if (session.followsLatest && this.services.training.of(session.folder)) return;
    try {
      await this.view.reveal(entry, { select: true, focus: false });
    } catch (error) {
      // The tree changed under it: the next scene scrolls again.
      this.services.log.debug(`Snapshots: ${messageOf(error)}`);
    }
  }
}

function shownOf(session: Session): number {
  return (session.shown ?? session.state).snapshot;
}

function plainItem(label: string, description: string, icon: string, state = None): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.description = description;
  item.tooltip = lines([[label, description].filter(Boolean).join(': ')]);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

function logItem(folder: string, info: LogInfo): vscode.TreeItem {
  const bad = info.state !== 'read' || info.problemCount > 0;
  const name = logName(info.file!);
  const label = shortName(name, LONGEST_NAME);
  const item = plainItem(label, standingOfLog(info), bad ? 'warning' : 'output', Collapsed);
  item.id = `${folder}#log`;
  item.contextValue = 'log';
  item.tooltip = lines(linesOfLog(info));
  item.accessibilityInformation = { label: `log ${name}, ${standingOfLog(info)}` };
  // A file that is not there cannot be opened.
  if (info.state !== 'missing') item.command = opening(info.file!);
  return item;
}

function noLogItem({ folder, reading, failed }: Entry & { kind: 'noLog' }): vscode.TreeItem {
  if (reading) return plainItem('Looking for a log…', '', 'loading~spin');
  const item = failed
    ? plainItem('The log cannot be looked for', 'the output channel tells why', 'warning')
    : plainItem('No log linked', 'link one…', 'link');
  item.id = `${folder}#log`;
  item.contextValue = 'noLog';
  item.tooltip = lines([
    failed
      ? 'Looking for the log of the run failed. Show the output channel.'
      : 'Link the log of the training, to see what it says of each snapshot.',
  ]);
  item.command = failed
    ? { command: 'apd.showLog', title: 'Show Log' }
    : { command: 'apd.linkLog', title: 'Link Log…', arguments: [{ folder }] };
  return item;
}

function partsOfLog(folder: string, info: LogInfo): Entry[] {
  const parts: Entry[] = [];
  if (info.problem !== undefined) parts.push({ kind: 'note', text: info.problem });
  if (info.join) parts.push({ kind: 'join', folder, reason: info.join.reason });
  if (info.problemCount > 0) parts.push({ kind: 'problems', info });
  if (info.unmatchedRowCount > 0) parts.push({ kind: 'rows', info });
  if (info.thinnedRows > 0) {
    const text = `${pluralise(info.thinnedRows, 'row')} left out: more than are held in memory`;
    parts.push({ kind: 'note', text });
  }
  return parts;
}

function problemsOf(info: LogInfo): Entry[] {
  const { file = '', problems, problemCount } = info;
  const listed = problems.map(({ line, byteFrom, text }, i): Entry => {
    const at = line === undefined ? (byteFrom === undefined ? '' : `byte ${byteFrom}`) : `line ${line}`;
    return { kind: 'place', id: `problem ${i}`, text: at || text, description: at && text, file, line };
  });
  return withRest(listed, problemCount);
}

function rowsOf(info: LogInfo): Entry[] {
  const { file = '', unmatchedRows, unmatchedRowCount } = info;
  const listed = unmatchedRows.map((row): Entry => {
    const description = [placeOfRow(row), shortReason(row.reason)].join(', ');
    return { kind: 'place', id: `row ${row.row}`, text: momentOfRow(row), description, file, line: row.line };
  });
  return withRest(listed, unmatchedRowCount);
}

function withRest(listed: Entry[], all: number): Entry[] {
  const rest = all - listed.length;
  return rest > 0 ? [...listed, { kind: 'note', text: `and ${formatCount(rest)} more` }] : listed;
}

function placeItem({ id, text, description, file, line }: Entry & { kind: 'place' }): vscode.TreeItem {
  const item = plainItem(text, description, 'go-to-file');
  item.id = `${file}#${id}`;
  item.command = opening(file, line);
  return item;
}

/** Opens a file, at a line counted from 1 where it has one. */
function opening(file: string, line?: number): vscode.Command {
  const selection = line === undefined ? undefined : new vscode.Range(line - 1, 0, line - 1, 0);
  return {
    command: 'vscode.open',
    title: 'Open Log',
    arguments: [vscode.Uri.file(file), { selection, preview: true }],
  };
}
