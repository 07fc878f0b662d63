import * as path from 'node:path';
import * as vscode from 'vscode';
import { columnBeside } from './columns';
import { MODEL_EDITOR_TYPE, PANEL_TYPE } from '../shared/contributions';
import { messageOf } from '../shared/failures';
import { reportFailure } from '../shared/reportFailure';
import { Panel, type PanelServices } from './panel';
import { panelOptions } from './panelHtml';
import type { EngineClient } from '../engine/engineClient';
import type { KeptView } from '../session/sessions';
import { createWebviewPanel } from '../shared/messages';

/** What the page keeps across reloads of the window (see `setState` in the webview). */
interface PageState extends KeptView {
  version?: number;
  folder?: string;
}

/** Opens a model for the read-only editor: the folder of its run, or undefined when the user gave up. */
export type ModelOpener = (model: vscode.Uri) => Promise<string | undefined>;

/** All diagram panels: opens, reuses and restores them. */
export class Panels implements vscode.Disposable {
  private readonly panels = new Set<Panel>();
  /** Panels whose run is being recorded, by its folder. */
  private readonly waiting = new Map<string, Panel>();
  private readonly registrations: vscode.Disposable[] = [];

  constructor(
    private readonly services: PanelServices & { readonly engine: Pick<EngineClient, 'warm'> },
    openModel: ModelOpener,
  ) {
    this.registrations.push(
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
        deserializeWebviewPanel: (panel, state: PageState | undefined) => this.restore(panel, state),
      }),
      vscode.window.registerCustomEditorProvider(
        MODEL_EDITOR_TYPE,
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
   * @param how `follow`: a new panel goes to the newest snapshot, and to each that comes; `keepFocus`: it comes up among
   * the other diagrams, and takes the focus from nothing; `beside`: it does not cover the editor it is asked for from;
   * `snapshot`: index of the one that a new panel shows first
   */
  async open(
    folder: string,
    how: { follow?: boolean; keepFocus?: boolean; beside?: boolean; snapshot?: number } = {},
  ): Promise<void> {
    const there = [...this.panels].find((panel) => panel.shows?.folder === folder);
    if (there?.shows) {
      there.webviewPanel.reveal(undefined, how.keepFocus);
      this.services.sessions.activate(there.shows);
      await there.shows.load();
      return;
    }
    const panel = this.waiting.get(folder) ?? this.create(folder, how.keepFocus, how.beside);
    this.waiting.delete(folder);
    await this.fill(panel, folder, undefined, how);
  }

  /**
   * Shows the panel of a run that is being recorded, so that its page loads in the meantime; `open` fills it.
   * @param message what is being done, for the page
   * @returns closes the panel if nothing was opened in it
   */
  prepare(folder: string, message: string): vscode.Disposable {
    if (this.waiting.has(folder) || this.of(folder).length > 0) return new vscode.Disposable(() => undefined);
    const panel = this.create(folder);
    this.waiting.set(folder, panel);
    panel.say({ type: 'busy', message });
    const forget = () => {
      if (this.waiting.get(folder) !== panel) return false;
      return this.waiting.delete(folder);
    };
    panel.webviewPanel.onDidDispose(forget);
    return new vscode.Disposable(() => {
      if (forget()) panel.webviewPanel.dispose();
    });
  }

  /** The panels of a run. */
  of(folder: string): Panel[] {
    return [...this.panels].filter((panel) => panel.shows?.folder === folder);
  }

  dispose(): void {
    for (const panel of [...this.panels]) panel.webviewPanel.dispose();
    for (const registration of this.registrations) registration.dispose();
  }

  private create(folder: string, preserveFocus = false, beside = false): Panel {
    const options = panelOptions(this.services.context.extensionUri);
    const others = preserveFocus ? [...this.panels].at(-1)?.webviewPanel.viewColumn : undefined;
    const viewColumn = beside ? columnBeside(undefined, others) : (others ?? vscode.ViewColumn.Active);
    const place = { viewColumn, preserveFocus };
    return this.wrap(createWebviewPanel(PANEL_TYPE, path.basename(folder), place, options));
  }

  private async fill(
    panel: Panel,
    folder: string,
    kept?: KeptView,
    how: { follow?: boolean; snapshot?: number } = {},
  ): Promise<void> {
    const session = this.services.sessions.create(folder, kept);
    if (how.follow) session.followLatest(true);
    session.beginsAt = how.snapshot;
    panel.attach(session);
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
    await this.fill(this.wrap(webviewPanel), folder, page);
  }

  private async showModel(
    model: vscode.Uri,
    webviewPanel: vscode.WebviewPanel,
    openModel: ModelOpener,
  ): Promise<void> {
    this.services.engine.warm();
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
      await this.fill(panel, folder);
    } catch (error) {
      panel.say({ type: 'error', message: messageOf(error) });
      void reportFailure(this.services.log, `Diagram of ${path.basename(model.fsPath)}`, error);
    }
  }
}
