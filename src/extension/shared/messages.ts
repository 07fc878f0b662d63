import * as vscode from 'vscode';
import { plainLines, plainText } from './plainText';

// The one file that hands text to VS Code: messages, questions, lists, progress, tabs. Lint holds all others to it, so that
// no text of a stranger's file becomes a link, an icon or a line of its own. Functions are named as VS Code's own.

type Button = string | vscode.MessageItem;
type Show = (
  message: string,
  options: vscode.MessageOptions,
  ...items: vscode.MessageItem[]
) => Thenable<vscode.MessageItem | undefined>;

/** Tells of something, with buttons. The answer is the button that was chosen, as it was given. */
interface Teller {
  <T extends Button>(message: string, ...buttons: T[]): Promise<T | undefined>;
  <T extends Button>(
    message: string,
    options: vscode.MessageOptions,
    ...buttons: T[]
  ): Promise<T | undefined>;
}

function teller(show: () => Show): Teller {
  return async <T extends Button>(message: string, ...rest: (T | vscode.MessageOptions)[]) => {
    const [first] = rest;
    const given = typeof first === 'object' && !('title' in first);
    const options: vscode.MessageOptions = given ? { ...first } : {};
    if (options.detail !== undefined) options.detail = plainLines(options.detail);
    const items = (given ? rest.slice(1) : rest) as T[];
    const buttons = items.map((item): vscode.MessageItem => {
      if (typeof item === 'string') return { title: plainText(item) };
      return { ...item, title: plainText(item.title) };
    });
    const chosen = await show()(plainText(message), options, ...buttons);
    return chosen && items[buttons.indexOf(chosen)];
  };
}

/** Tells of something. */
export const showInformationMessage = teller(() => vscode.window.showInformationMessage as Show);

/** Tells of what may be wrong. */
export const showWarningMessage = teller(() => vscode.window.showWarningMessage as Show);

/** Tells of what went wrong. */
export const showErrorMessage = teller(() => vscode.window.showErrorMessage as Show);

/** An entry of a list. Its icon, a codicon's name, is not part of the label: text has no icons. */
export interface PickItem extends vscode.QuickPickItem {
  icon?: string;
}

type PickOptions = Pick<
  vscode.QuickPickOptions,
  'title' | 'placeHolder' | 'matchOnDescription' | 'matchOnDetail'
>;

/** Lets the user choose of a list. @returns what was chosen, of the entries that were given */
export function showQuickPick<T extends PickItem>(
  items: readonly T[] | Thenable<readonly T[]>,
  options: PickOptions & { canPickMany: true },
): Promise<T[] | undefined>;
export function showQuickPick<T extends PickItem>(
  items: readonly T[] | Thenable<readonly T[]>,
  options: PickOptions,
): Promise<T | undefined>;
export async function showQuickPick<T extends PickItem>(
  items: readonly T[] | Thenable<readonly T[]>,
  options: PickOptions & { canPickMany?: boolean },
): Promise<T | T[] | undefined> {
  const given = new Map<vscode.QuickPickItem, T>();
  const shown = Promise.resolve(items).then((all) =>
    all.map((item) => {
      const shownItem = plainItem(item);
      given.set(shownItem, item);
      return shownItem;
    }),
  );
  const { title, placeHolder } = options;
  const plain = { ...options, title: optional(title), placeHolder: optional(placeHolder) };
  const picked: unknown = await vscode.window.showQuickPick(shown, plain);
  if (Array.isArray(picked)) return picked.map((item: vscode.QuickPickItem) => given.get(item)!);
  return picked === undefined ? undefined : given.get(picked as vscode.QuickPickItem);
}

function plainItem({ icon, kind, label, description, detail, picked, alwaysShow }: PickItem) {
  const text = icon === undefined ? plainText(label) : `$(${icon}) ${plainText(label)}`;
  return {
    kind,
    label: text,
    description: optional(description),
    detail: optional(detail),
    picked,
    alwaysShow,
  };
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : plainText(text);
}

/** Asks for a text. What the field holds is the user's and stays as it is. */
export function showInputBox(
  options: Pick<vscode.InputBoxOptions, 'title' | 'prompt' | 'placeHolder' | 'value'> & {
    validateInput?(value: string): string | undefined;
  },
): Thenable<string | undefined> {
  const { title, prompt, placeHolder, value, validateInput } = options;
  return vscode.window.showInputBox({
    title: optional(title),
    prompt: optional(prompt),
    placeHolder: optional(placeHolder),
    value,
    validateInput: validateInput && ((text) => optional(validateInput(text))),
  });
}

/** Lets the user choose files or folders. */
export function showOpenDialog(options: vscode.OpenDialogOptions): Thenable<vscode.Uri[] | undefined> {
  const { title, openLabel } = options;
  return vscode.window.showOpenDialog({
    ...options,
    title: optional(title),
    openLabel: optional(openLabel),
  });
}

/** Lets the user choose where a file is written. */
export function showSaveDialog(options: vscode.SaveDialogOptions): Thenable<vscode.Uri | undefined> {
  const { title, saveLabel } = options;
  return vscode.window.showSaveDialog({ ...options, title: optional(title), saveLabel: optional(saveLabel) });
}

/** What is told of work under way. */
export type Progress = vscode.Progress<{ message?: string; increment?: number }>;

/** Shows that something is under way, in a notification that can be cancelled. */
export function withProgress<R>(
  title: string,
  work: (progress: Progress, token: vscode.CancellationToken) => Thenable<R>,
): Thenable<R> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plainText(title),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) =>
    work({ report: (note) => progress.report({ ...note, message: optional(note.message) }) }, token),
  );
}

/** Shows a text in the status bar for a while. */
export function setStatusBarMessage(text: string, ms: number): vscode.Disposable {
  return vscode.window.setStatusBarMessage(plainText(text), ms);
}

/** A panel with a page. */
export function createWebviewPanel(
  type: string,
  title: string,
  place: Parameters<typeof vscode.window.createWebviewPanel>[2],
  options: vscode.WebviewPanelOptions & vscode.WebviewOptions,
): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(type, plainText(title), place, options);
}

/** Sets the title of a panel. */
export function titlePanel(panel: vscode.WebviewPanel, title: string): void {
  panel.title = plainText(title);
}
