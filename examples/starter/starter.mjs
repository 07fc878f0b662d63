// What `npm start` adds to its window, and nobody else gets: a first sight of the example in place of an empty window.
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions, TabInputWebview, Uri, window, workspace } from 'vscode';

const EXTENSION = 'apd.activation-pattern-diagrams';
/** How long the page of the diagram may take to load before the walkthrough comes anyway, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Opens the diagram, and the walkthrough behind it. A window that comes back with its diagram is left alone. */
export async function activate() {
  const folder = workspace.workspaceFolders?.[0];
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const restored = tabs.some(
    ({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('apd.diagram'),
  );
  if (!folder || restored) return;
  const run = Uri.joinPath(folder.uri, 'apd-runs', 'digits');
  await commands.executeCommand('apd.openRun', run);
  await pageLoaded(run.fsPath);
  await commands.executeCommand('workbench.action.openWalkthrough', `${EXTENSION}#apd.start`, false);
  await commands.executeCommand('apd.openRun', run);
}

/** Waits until the page says how high it is: pages that come and go while the first one loads may stay empty. */
async function pageLoaded(run) {
  const { services } = await extensions.getExtension(EXTENSION).activate();
  const end = Date.now() + PATIENCE_MS;
  while (!services.panels.of(run)[0]?.shows?.height && Date.now() < end) await sleep(50);
}
