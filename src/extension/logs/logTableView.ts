import * as vscode from 'vscode';
import type { LogTable } from '../../protocol/logs';
import type { ToLogTable } from '../../protocol/logTable';
import { isCancelled, messageOf } from '../shared/failures';
import { reportFailure } from '../shared/reportFailure';
import { pageHtml, panelOptions } from '../panel/panelHtml';
import { readLogTableMessage } from '../panel/pageMessages';
import type { Services } from '../shared/services';
import { setting } from '../shared/settings';
import { sessionOf } from './logDocument';
import { showSnapshotBeside } from './showSnapshot';
import {
  snapshotOfRow,
  snapshotsByRow,
  tableHead,
  tableRow,
  type RowSnapshot,
  type TableRun,
} from './logTableRows';
import { snapshotName } from '../../core/wording';
import { Delayed } from '../shared/delayed';

/** Changes that follow each other faster than this, in milliseconds, are shown as one. */
const GATHER_MS = 50;

/** What to do about a log that cannot be read. */
const ADVICE =
  'It is read again as soon as it changes; text in a format of your own is read with the setting “apd.log.pattern”.';

/** One log as a table in a webview: answers the page's questions for rows, and keeps it in step with the diagram. */
export class LogTableView implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private readonly file: string;
  /** False until the page has said that it listens, and again while it is hidden. */
  private ready = false;
  private runs: TableRun[] = [];
  private snapshots = new Map<number, RowSnapshot>();
  /** Version of the log that the page knows of; undefined while it knows of none. */
  private version?: string;
  /** Number of the latest look at the runs, and what they were like: another text whenever runs or marks changed. */
  private looks = 0;
  private marking = '';
  private readonly refreshing = new Delayed(() => void this.refresh(), GATHER_MS);
  /** The row that was shown last, and what the cursor asked for. */
  private shown?: string;
  private readonly asked = new Set<string>();
  private disposed = false;

  constructor(
    private readonly services: Pick<Services, 'context' | 'log' | 'engine' | 'sessions' | 'logs' | 'panels'>,
    uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
  ) {
    const { context, engine, logs, sessions } = services;
    this.file = uri.fsPath;
    const { webview } = panel;
    webview.options = panelOptions(context.extensionUri);
    this.disposables = [
      logs.watchFile(this.file),
      webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => {
        // A hidden page is gone: it says `ready` again when it comes back.
        if (!panel.visible) this.ready = false;
      }),
      panel.onDidDispose(() => this.dispose()),
      engine.on('log/changed', ({ file }) => {
        if (file === this.file) this.refreshSoon();
      }),
      logs.onDidChange((folder) => {
        if (this.isOf(folder)) this.refreshSoon();
      }),
      sessions.onDidDraw(() => this.tellShown()),
      sessions.onDidChange((event) => {
        if (event === 'active') this.refreshSoon();
      }),
    ];
    webview.html = pageHtml(webview, context.extensionUri, 'logTable', 'Training Log');
  }

  dispose(): void {
    this.disposed = true;
    this.ready = false;
    this.refreshing.dispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private isOf(folder: string): boolean {
    return (
      this.services.logs.runsOf(this.file).includes(folder) ||
      this.runs.some(({ info }) => info.folder === folder)
    );
  }

  private post(message: ToLogTable): void {
    if (this.ready) void this.panel.webview.postMessage(message);
  }

  private receive(said: unknown): void {
    const message = readLogTableMessage(said);
    if (!message) {
      this.services.log.error("Page of a log's table: it sent a message that is none of its own");
      return;
    }
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.shown = undefined;
        void this.refresh();
        break;
      case 'rows':
        void this.answerRows(message.from, message.count);
        break;
      case 'cursor':
        this.followCursor(message.row);
        break;
      case 'show':
        this.show(message.row);
        break;
      case 'open': {
        const selection = new vscode.Range(message.line - 1, 0, message.line - 1, 0);
        void vscode.window.showTextDocument(vscode.Uri.file(this.file), { selection });
        break;
      }
      case 'command':
        if (message.command === 'apd.refresh') void this.refresh();
        else void vscode.commands.executeCommand(message.command, { file: this.file });
        break;
      case 'failed':
        this.services.log.error(`Page of a log's table: ${message.message}`);
        break;
    }
  }

  private refreshSoon(): void {
    this.refreshing.ask();
  }

  /** Looks at log and runs again. */
  private async refresh(): Promise<void> {
    if (!this.ready) return;
    await this.readRuns();
    const table = await this.ask(0, 1);
    if (table) this.tellHead(table);
    this.tellShown();
  }

  /** The runs that have this log, with what is known of them. */
  private async readRuns(): Promise<void> {
    const { engine, log, logs } = this.services;
    const look = ++this.looks;
    const runs: TableRun[] = [];
    for (const folder of logs.runsOf(this.file)) {
      try {
        const info = logs.of(folder) ?? (await logs.read(folder));
        if (info?.file !== this.file) continue;
        const { name, snapshots } = await engine.request('run/open', { folder });
        runs.push({ name, info, snapshots: snapshots.map(snapshotName) });
      } catch (error) {
        if (!isCancelled(error)) log.warn(`Run ${folder} of a log's table: ${messageOf(error)}`);
      }
    }
    // Newer news has been looked at meanwhile.
    if (this.looks !== look) return;
    this.runs = runs;
    this.marking = runs.map(({ info }) => `${info.folder} ${info.version}`).join();
    this.snapshots = snapshotsByRow(runs);
  }

  /** Rows of the log; what is wrong is told by the page. */
  private async ask(from: number, count: number): Promise<LogTable | undefined> {
    const { engine, logs } = this.services;
    const { file } = this;
    try {
      return await engine.request('log/table', { file, from, count, options: logs.options(file) });
    } catch (error) {
      if (isCancelled(error) || this.disposed) return undefined;
      this.version = undefined;
      const commands = [
        { command: 'apd.refresh', title: 'Try Again' },
        { command: 'apd.showLog', title: 'Show Output' },
      ] as const;
      this.post({ type: 'error', message: `${messageOf(error)}. ${ADVICE}`, commands: [...commands] });
      return undefined;
    }
  }

  private tellHead(table: LogTable): void {
    const version = this.versionOf(table);
    this.version = version;
    const hasRun = this.services.logs.runsOf(this.file).length > 0;
    this.post({ type: 'head', head: tableHead(table, version, this.runs, hasRun) });
  }

  private versionOf({ version }: LogTable): string {
    return `${version}/${this.marking}`;
  }

  private async answerRows(from: number, count: number): Promise<void> {
    const table = await this.ask(from, count);
    if (!table) return;
    const version = this.versionOf(table);
    // It has grown since the page was told of it.
    if (version !== this.version) this.tellHead(table);
    const rows = table.rows.map((row) => tableRow(row, table.metricNames, this.snapshots));
    this.post({ type: 'rows', version, from: table.from, rows });
  }

  /** Tells of the row of the snapshot that is shown, where it has become another. */
  private tellShown(): void {
    if (!this.ready) return;
    const place = this.shownPlace();
    const key = JSON.stringify([place?.folder, place?.snapshot]);
    const now = `${key}@${place?.row}`;
    if (now === this.shown) return;
    this.shown = now;
    const own = this.asked.has(key);
    const session = place && sessionOf(this.services, place.folder);
    // The last of what the cursor asked for has come.
    if (session?.state.snapshot === place?.snapshot) this.asked.clear();
    this.post({ type: 'shown', row: place?.row, reveal: !own });
  }

  private shownPlace(): { folder: string; snapshot: number; row?: number } | undefined {
    for (const { info } of this.runs) {
      const snapshot = sessionOf(this.services, info.folder)?.shown?.snapshot;
      if (snapshot === undefined) continue;
      const row = info.marks.find((mark) => mark.snapshot === snapshot)?.row;
      return { folder: info.folder, snapshot, row };
    }
    return undefined;
  }

  private followCursor(row: number): void {
    const meant = snapshotOfRow(this.runs, row);
    const session = meant && sessionOf(this.services, meant.folder);
    if (!session || session.state.snapshot === meant.snapshot) return;
    if (!setting('apd.log.followCursor', vscode.Uri.file(this.file))) return;
    this.asked.add(JSON.stringify([meant.folder, meant.snapshot]));
    session.change({ snapshot: meant.snapshot });
  }

  private show(row: number): void {
    const meant = snapshotOfRow(this.runs, row);
    if (!meant) return;
    const { folder, snapshot } = meant;
    this.asked.add(JSON.stringify([folder, snapshot]));
    void this.showBeside(folder, snapshot);
  }

  private async showBeside(folder: string, snapshot: number): Promise<void> {
    try {
      await showSnapshotBeside(this.services, folder, snapshot, this.panel.viewColumn);
    } catch (error) {
      void reportFailure(this.services.log, 'Diagram', error);
    }
  }
}
