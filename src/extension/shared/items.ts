import * as vscode from 'vscode';
import { lines, plainLines, plainText } from './plainText';

// Entries of trees, of the status bar, and what editors show beside text: as `messages.ts`, the one file that makes them.

/** What an entry of the status bar says. */
export interface StatusText {
  /** Codicon before the text. */
  icon: string;
  text: string;
  /** Lines. */
  tooltip: readonly string[];
  /** For screen readers, where it is not the text. */
  spoken?: string;
}

/** An entry of the status bar, hidden until it says something. */
export interface StatusItem extends vscode.Disposable {
  /** Shows what it is given; hides where that is nothing. */
  say(status: StatusText | undefined): void;
}

/** Makes an entry of the status bar. @param priority higher ones stand further to the left */
export function statusItem(id: string, priority: number, name: string, command: string): StatusItem {
  const item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, priority);
  item.name = name;
  item.command = command;
  return {
    say: (status) => {
      if (!status) {
        item.hide();
        return;
      }
      const { icon, text, tooltip, spoken } = status;
      item.text = `$(${icon}) ${plainText(text)}`;
      item.tooltip = lines(tooltip);
      item.accessibilityInformation = spoken === undefined ? undefined : { label: plainText(spoken) };
      item.show();
    },
    dispose: () => item.dispose(),
  };
}

/** Shows a tree. Whatever its entries say is made plain on the way to VS Code. */
export function createTreeView<T>(id: string, provider: vscode.TreeDataProvider<T>): vscode.TreeView<T> {
  return vscode.window.createTreeView(id, { treeDataProvider: plainTree(provider) });
}

/** Says something beside the title of a tree. */
export function describeView<T>(view: vscode.TreeView<T>, text: string | undefined): void {
  view.description = text === undefined ? undefined : plainText(text);
}

/** The same tree, with entries whose text is plain. */
function plainTree<T>(provider: vscode.TreeDataProvider<T>): vscode.TreeDataProvider<T> {
  return {
    onDidChangeTreeData: provider.onDidChangeTreeData,
    getChildren: (entry) => provider.getChildren(entry),
    getTreeItem: async (entry) => plainTreeItem(await provider.getTreeItem(entry)),
    ...(provider.getParent && { getParent: (entry: T) => provider.getParent!(entry) }),
    ...(provider.resolveTreeItem && {
      resolveTreeItem: async (item: vscode.TreeItem, entry: T, token: vscode.CancellationToken) =>
        plainTreeItem((await provider.resolveTreeItem!(item, entry, token)) ?? item),
    }),
  };
}

/** Makes all text of an entry plain, in its place. Tooltips in Markdown are made by `tooltipOf` alone. */
function plainTreeItem(item: vscode.TreeItem): vscode.TreeItem {
  const { label, description, tooltip, accessibilityInformation } = item;
  if (typeof label === 'string') item.label = plainText(label);
  else if (label) item.label = { ...label, label: plainText(label.label) };
  if (typeof description === 'string') item.description = plainText(description);
  if (typeof tooltip === 'string') item.tooltip = plainLines(tooltip);
  if (accessibilityInformation) {
    item.accessibilityInformation = {
      ...accessibilityInformation,
      label: plainText(accessibilityInformation.label),
    };
  }
  return item;
}

/** Pictures that a tooltip may hold: in the text itself, so that nothing is fetched. */
const pictureNames = /^data:image\/png;base64,[A-Za-z0-9+/=]*$/;

/** A tooltip of paragraphs, and a picture as a `data:` address below them. */
export function tooltipOf(paragraphs: readonly string[], picture?: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  paragraphs.forEach((paragraph, i) => {
    if (i > 0) text.appendMarkdown('\n\n');
    text.appendText(plainText(paragraph));
  });
  if (picture !== undefined && pictureNames.test(picture)) text.appendMarkdown(`\n\n![picture](${picture})`);
  return text;
}

/**
 * What is told over a place of a document.
 * @param texts Markdown in which all text from elsewhere is `literal`
 * @param enabledCommands the only commands that its links run
 */
export function hover(
  texts: readonly string[],
  range: vscode.Range,
  enabledCommands: readonly string[],
): vscode.Hover {
  const contents = texts.map((text) => {
    const markdown = new vscode.MarkdownString(text);
    markdown.isTrusted = { enabledCommands };
    return markdown;
  });
  return new vscode.Hover(contents, range);
}

/** A command above a line. */
export interface LensText {
  /** Codicon before the title. */
  icon: string;
  title: string;
  tooltip?: string;
  command: string;
  arguments?: unknown[];
}

/** Offers a command above a line. */
export function codeLens(range: vscode.Range, lens: LensText): vscode.CodeLens {
  const { icon, title, tooltip } = lens;
  return new vscode.CodeLens(range, {
    ...lens,
    title: `$(${icon}) ${plainText(title)}`,
    tooltip: tooltip === undefined ? undefined : plainText(tooltip),
  });
}

/** Something wrong in a document. */
export function diagnostic(
  range: vscode.Range,
  message: string,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, plainText(message), severity);
  made.source = 'apd';
  return made;
}
