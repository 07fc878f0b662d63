// What `npm start` adds to its window, and nobody else gets: a first sight of the example in place of an empty window.
import { commands, TabInputWebview, Uri, window, workspace } from 'vscode';

/** The walkthrough of the extension, as VS Code names it. */
const WALKTHROUGH = 'apd.activation-pattern-diagrams#apd.start';

/** Opens the diagram, and the walkthrough behind it. A window that comes back with its diagram is left alone. */
export async function activate() {
  const folder = workspace.workspaceFolders?.[0];
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const restored = tabs.some(
    ({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('apd.diagram'),
  );
  if (!folder || restored) return;
  await commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false);
  await commands.executeCommand('apd.openRun', Uri.joinPath(folder.uri, 'apd-runs', 'digits'));
}
