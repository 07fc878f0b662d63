import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ViewState } from '../protocol/state';
import { modelEditorType, panelType } from './contributions';
import { messageOf, reportFailure } from './failures';
import { Panel } from './panel';
import { panelOptions } from './panelHtml';
import type { Services } from './services';
import { readRemembered } from './viewChange';

/** What the page keeps across reloads of the window (see `setState` in the webview). */
interface PageState {
  version?: number;
  folder?: string;
  state?: ViewState;
}

/** Opens a model for the read-only editor: the folder of its run, or undefined when the user gave up. */
export type ModelOpener = (model: vscode.Uri) => Promise<string | undefined>;

/** All diagram panels: opens, reuses and restores them. */
export class Panels implements vscode.Disposable {
  private readonly panels = new Set<Panel>();
  private readonly registrations: vscode.Disposable[] = [];

  constructor(
    private readonly services: Services,
    openModel: ModelOpener,
  ) {
    this.registrations.push(
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: (panel, state: PageState | undefined) => this.restore(panel, state),
      }),
      vscode.window.registerCustomEditorProvider(
        modelEditorType,
        {
          openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
          resolveCustomEditor: (document, panel) => this.showModel(document.uri, panel, openModel),
        },
        { supportsMultipleEditorsPerDocument: true },
      ),
    );
  }

  /**
   * Shows a run: in its panel when there is one, else in a new one beside nothing.
   * @param folder absolute path of the run
   */
  async open(folder: string): Promise<void> {
    const there = [...this.panels].find((panel) => panel.shows?.folder === folder);
    if (there?.shows) {
      there.webviewPanel.reveal();
      this.services.sessions.activate(there.shows);
      await there.shows.load();
      return;
    }
    const options = panelOptions(this.services.context.extensionUri);
    const title = path.basename(folder);
    const column = vscode.ViewColumn.Active;
    await this.adopt(vscode.window.createWebviewPanel(panelType, title, column, options), folder);
  }

  /** The panels of a run. */
  of(folder: string): Panel[] {
    return [...this.panels].filter((panel) => panel.shows?.folder === folder);
  }

  dispose(): void {
    for (const panel of [...this.panels]) panel.webviewPanel.dispose();
    for (const registration of this.registrations) registration.dispose();
  }

  private async adopt(webviewPanel: vscode.WebviewPanel, folder: string, state?: ViewState): Promise<void> {
    const session = this.services.sessions.create(folder, state);
    this.wrap(webviewPanel).attach(session);
    await session.load();
  }

  private wrap(webviewPanel: vscode.WebviewPanel, keepsTitle = false): Panel {
    const { extensionUri } = this.services.context;
    webviewPanel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'panel.svg');
    const panel = new Panel(this.services, webviewPanel, keepsTitle);
    this.panels.add(panel);
    webviewPanel.onDidDispose(() => this.panels.delete(panel));
    return panel;
  }

  private async restore(webviewPanel: vscode.WebviewPanel, page: PageState | undefined): Promise<void> {
    const folder = page?.folder ?? this.services.sessions.lastFolder;
    if (folder === undefined) {
      this.wrap(webviewPanel).say({ type: 'error', message: 'The run of this panel is not known any more.' });
      return;
    }
    await this.adopt(webviewPanel, folder, readRemembered(page?.state));
  }

  private async showModel(
    model: vscode.Uri,
    webviewPanel: vscode.WebviewPanel,
    openModel: ModelOpener,
  ): Promise<void> {
    const panel = this.wrap(webviewPanel, true);
    const name = path.basename(model.fsPath);
    panel.say({ type: 'busy', message: `Recording the activation patterns of ${name}…` });
    // Not awaited: VS Code shows the editor when this returns, and the choice of data may take a while.
    void this.fillModel(model, panel, openModel);
  }

  private async fillModel(model: vscode.Uri, panel: Panel, openModel: ModelOpener): Promise<void> {
    try {
      const folder = await openModel(model);
      if (folder === undefined) {
        const message =
          'No dataset was chosen. Open the model again, or run “APD: Choose Dataset of Model…”.';
        panel.say({ type: 'error', message });
        return;
      }
      const session = this.services.sessions.create(folder);
      panel.attach(session);
      await session.load();
    } catch (error) {
      panel.say({ type: 'error', message: messageOf(error) });
      void reportFailure(this.services.log, `Diagram of ${path.basename(model.fsPath)}`, error);
    }
  }
}
