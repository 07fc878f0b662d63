import * as vscode from 'vscode';
import { snapshotName } from '../../core/wording';
import type { RunInfo } from '../../protocol/engine';
import type { FromPanel, ShownState, ToPanel } from '../../protocol/panel';
import type { ViewState } from '../../protocol/state';
import { isCancelled, messageOf } from '../shared/failures';
import { reportFailure } from '../shared/reportFailure';
import { titlePanel } from '../shared/messages';
import { readPanelMessage } from './pageMessages';
import { panelHtml, panelOptions } from './panelHtml';
import type { LogInfos } from '../logs/logInfos';
import type { Sessions } from '../session/sessions';
import type { Session, SessionEvent } from '../session/session';
import { renumbered } from '../session/renumbering';
import { askedChange, pageState } from '../session/viewChange';

/** Runs that are remembered of those the page was told of: what it says meanwhile may be of an older one. */
const MOST_TOLD = 4;

/** What a diagram uses of the extension. */
export interface PanelServices {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly sessions: Sessions;
  readonly logs: LogInfos;
}

type PathsQuestion = Extract<FromPanel, { type: 'paths' }>;

/** One diagram in a webview: carries messages between the page and its session. */
export class Panel implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private session?: Session;
  /** False until the page has said that it listens, and again while it is hidden. */
  private ready = false;
  private message?: ToPanel;
  private pathRequest?: vscode.CancellationTokenSource;
  private height?: number;
  /** Number of the page's last change that the session was asked for. */
  private heard = 0;
  /** The run as the page was told of it, the newest last. */
  private told: RunInfo[] = [];

  constructor(
    private readonly services: PanelServices,
    readonly webviewPanel: vscode.WebviewPanel,
    private readonly keepsTitle = false,
  ) {
    const { webview } = webviewPanel;
    webview.options = panelOptions(services.context.extensionUri);
    webview.onDidReceiveMessage(
      (message: unknown) => void this.receive(message),
      undefined,
      this.disposables,
    );
    webviewPanel.onDidChangeViewState(() => this.onViewState(), undefined, this.disposables);
    webviewPanel.onDidDispose(() => this.dispose(), undefined, this.disposables);
    const onLog = (folder: string) => {
      if (this.session?.folder === folder) this.session.logChanged();
    };
    services.logs.onDidChange(onLog, undefined, this.disposables);
    webview.html = panelHtml(webview, services.context.extensionUri);
  }

  /** The session that the panel shows. */
  get shows(): Session | undefined {
    return this.session;
  }

  /** Shows a session. */
  attach(session: Session): void {
    this.session = session;
    this.message = undefined;
    if (this.height) session.height = this.height;
    session.onDidChange((event) => this.onSession(event), undefined, this.disposables);
    const { logs, log, sessions } = this.services;
    session.showCurves({
      options: () => logs.options(session.folder),
      failed: (error) => {
        if (!isCancelled(error)) log.warn(`Curves of the log of ${session.folder}: ${messageOf(error)}`);
      },
    });
    sessions.activate(session);
    this.showAll();
  }

  /** Says in the page what goes on before there is a session, or why there is none. */
  say(message: ToPanel): void {
    this.message = message;
    this.post(message);
  }

  dispose(): void {
    this.ready = false;
    this.pathRequest?.cancel();
    if (this.session) this.services.sessions.remove(this.session);
    this.session = undefined;
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }

  private post(message: ToPanel): void {
    if (this.ready) void this.webviewPanel.webview.postMessage(message);
  }

  private showAll(): void {
    const { session } = this;
    if (!session) {
      if (this.message) this.post(this.message);
      return;
    }
    const { sceneNumber, run, timeline, scene, panel } = session;
    // Before the run is open there is nothing to show, which the page would take for “nothing is open”.
    if (run) {
      this.post({ type: 'show', sceneNumber, ...this.shownState(session), panel, run, timeline, scene });
      if (run !== this.told.at(-1)) this.told = [...this.told, run].slice(-MOST_TOLD);
    }
    if (session.progress) this.post({ type: 'busy', ...session.progress });
    if (session.error) this.post({ type: 'error', message: session.error });
    void this.showSelected();
    if (run && !this.keepsTitle) {
      // A run that has just begun has no snapshot yet.
      const snapshot = run.snapshots.at(session.state.snapshot);
      titlePanel(this.webviewPanel, snapshot ? `${run.name} · ${snapshotName(snapshot)}` : run.name);
    }
  }

  private shownState({ state, onScreen, busy }: Session): ShownState {
    const { heard } = this;
    return busy && onScreen
      ? { state: pageState(onScreen), wanted: pageState(state), heard }
      : { state: pageState(state), heard };
  }

  private async showSelected(): Promise<void> {
    const { session } = this;
    if (!session?.scene) return;
    const { sceneNumber } = session;
    const { selection } = session.state;
    try {
      const paths = await session.selectedPaths();
      // A selection made while this one was looked up sends its own paths.
      if (session.sceneNumber === sceneNumber && session.state.selection === selection) {
        this.post({ type: 'selected', sceneNumber, paths });
      }
    } catch (error) {
      if (!isCancelled(error)) this.services.log.error(`Paths of the selection: ${String(error)}`);
    }
  }

  private onSession(event: SessionEvent): void {
    const { session } = this;
    if (!session) return;
    if (event === 'scene' || event === 'run') {
      this.showAll();
    } else if (event === 'error') {
      this.post({ type: 'error', message: session.error ?? '' });
    } else if (event === 'busy') {
      this.post(session.progress ? { type: 'busy', ...session.progress } : { type: 'idle' });
    } else if (event === 'state') {
      this.post({ type: 'state', ...this.shownState(session) });
    } else if (event === 'selection') {
      void this.showSelected();
    } else if (event === 'curves') {
      this.showCurves();
    }
  }

  /** They change far less often than what is drawn, and go on their own. */
  private showCurves(): void {
    const { session } = this;
    if (session?.curves) this.post({ type: 'log', folder: session.folder, log: session.curves });
  }

  /** What the page means by numbers of snapshots, which were those of the run that it had then. */
  private inNumbersOfNow<T extends Partial<ViewState>>(asked: T, version: string | undefined): T {
    const { session, told } = this;
    const before = told.find((run) => run.version === version);
    if (!before || !session?.run || before === session.run) return asked;
    return renumbered(asked, (session.onScreen ?? session.state).view, before, session.run);
  }

  private onViewState(): void {
    // A hidden page is gone: it says `ready` again when it comes back.
    if (!this.webviewPanel.visible) this.ready = false;
    if (this.webviewPanel.active && this.session) this.services.sessions.activate(this.session);
  }

  private async receive(said: unknown): Promise<void> {
    const message = readPanelMessage(said);
    if (!message) {
      this.services.log.error('Page of the diagram: it sent a message that is none of its own');
      return;
    }
    try {
      await this.handle(message);
    } catch (error) {
      void reportFailure(this.services.log, 'Diagram', error);
    }
  }

  private async handle(message: FromPanel): Promise<void> {
    const { session } = this;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.heard = 0;
        this.height = message.height;
        session?.resize(message.height);
        this.showAll();
        this.showCurves();
        break;
      case 'resized':
        this.height = message.height;
        session?.resize(message.height);
        break;
      case 'change':
        this.heard = message.number;
        session?.change(this.inNumbersOfNow(askedChange(session.state, message.change), message.run));
        break;
      case 'filter': {
        const { blocks, flows, title } = message;
        await session?.filter({ kind: 'blocks', blocks, flows }, title);
        break;
      }
      case 'command':
        if (session) this.services.sessions.activate(session);
        await vscode.commands.executeCommand(message.command);
        break;
      case 'paths':
        await this.answerPaths(message);
        break;
      case 'findInstance':
        await this.find(message.instance);
        break;
      case 'failed':
        this.services.log.error(`Page of the diagram: ${message.message}`);
        break;
    }
  }

  private async find(instance: number): Promise<void> {
    const problem = await this.session?.find(instance);
    this.post({ type: 'found', instance, problem });
  }

  /** The mouse moves on: only the latest question is answered. */
  private async answerPaths(question: PathsQuestion): Promise<void> {
    const { request, sceneNumber, blocks, flow } = question;
    const { session } = this;
    this.pathRequest?.cancel();
    if (!session || session.sceneNumber !== sceneNumber) return;
    const source = new vscode.CancellationTokenSource();
    this.pathRequest = source;
    try {
      const flows = flow ? [flow] : [];
      const paths = await session.paths({ kind: 'blocks', blocks, flows }, source.token);
      if (paths && this.pathRequest === source) this.post({ type: 'paths', request, sceneNumber, paths });
    } catch (error) {
      if (!isCancelled(error) && this.pathRequest === source) throw error;
    }
  }
}
