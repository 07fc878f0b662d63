import * as vscode from 'vscode';
import type { ToDetails } from '../../protocol/details';
import { isCancelled, messageOf } from '../shared/failures';
import { pageHtml, panelOptions } from '../panel/panelHtml';
import { readDetailsMessage } from '../panel/pageMessages';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';

const nothing: ToDetails = {
  type: 'empty',
  text: 'Open a run or a model, and select a block of its diagram: what is known of it appears here.',
  commands: [
    { command: 'apd.openModel', title: 'Open Diagram for Model…' },
    { command: 'apd.openRun', title: 'Open Run…' },
  ],
};

/** Page in the side panel with what is known of the selection: facts, classes, and the pattern as a grid of units. */
export class DetailsView implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private view?: vscode.WebviewView;
  /** False until the page has said that it listens, and again while it is hidden. */
  private ready = false;
  private work?: vscode.CancellationTokenSource;

  constructor(private readonly services: Pick<Services, 'context' | 'log' | 'engine' | 'sessions'>) {
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider('apd.details', this),
      services.sessions.onDidChange((event) => {
        if (event !== 'state' && event !== 'busy') void this.update();
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri } = this.services.context;
    this.view = view;
    view.webview.options = panelOptions(extensionUri);
    view.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    view.onDidChangeVisibility(() => {
      // A hidden page is gone: it says `ready` again when it comes back.
      if (!view.visible) this.ready = false;
    });
    view.onDidDispose(() => {
      this.ready = false;
      this.view = undefined;
    });
    view.webview.html = pageHtml(view.webview, extensionUri, 'details', 'Details of the selection');
  }

  dispose(): void {
    this.work?.cancel();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private receive(said: unknown): void {
    const message = readDetailsMessage(said);
    if (!message) {
      this.services.log.error('Page of details: it sent a message that is none of its own');
      return;
    }
    switch (message.type) {
      case 'ready':
        this.ready = true;
        void this.update();
        break;
      case 'command':
        void vscode.commands.executeCommand(message.command);
        break;
      case 'failed':
        this.services.log.error(`Page of details: ${message.message}`);
        break;
    }
  }

  /** Asks for the details of what is selected now; what was asked before is dropped. */
  private async update(): Promise<void> {
    this.work?.cancel();
    if (!this.ready) return;
    const work = new vscode.CancellationTokenSource();
    this.work = work;
    const message = await this.message(work.token);
    if (!message || this.work !== work || !this.ready) return;
    void this.view?.webview.postMessage(message);
  }

  private async message(token: vscode.CancellationToken): Promise<ToDetails | undefined> {
    const session = this.services.sessions.active;
    if (!session) return nothing;
    if (!session.shown) return waitingFor(session);
    const { folder } = session;
    const state = { ...session.shown, selection: session.state.selection };
    try {
      const details = await this.services.engine.request('selection/details', { folder, state }, token);
      const all = state.selection.kind === 'none';
      return {
        type: 'show',
        details,
        hint: all ? 'Select a block of the diagram to see its pattern.' : undefined,
      };
    } catch (error) {
      return isCancelled(error) ? undefined : { type: 'error', message: messageOf(error) };
    }
  }
}

/** What is awaited while a run has not been drawn. */
function waitingFor({ run, error }: Session): ToDetails {
  if (run?.snapshots.length === 0) {
    const text = `${run.name} has no snapshot yet. Its details appear with the first one.`;
    return { type: 'empty', text, commands: [] };
  }
  if (error !== undefined) return { type: 'error', message: error };
  return { type: 'empty', text: 'The diagram is being drawn…', commands: [] };
}
