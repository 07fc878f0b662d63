import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import { CONFIGURATION_ENDING, configurationName, isConfiguration, runsBeside } from './configurationNames';
import { showOpenDialog, showQuickPick, type PickItem } from '../shared/messages';

/** Documents that are training configurations. */
export const configurationSelector: vscode.DocumentSelector = {
  scheme: 'file',
  pattern: `**/*${CONFIGURATION_ENDING}`,
};
/** Most configurations that the list of the palette offers. */
const MOST_OFFERED = 200;

/**
 * The configuration that is meant: the one of a menu, of the active editor, or one that the user picks. What is unsaved in
 * it is saved.
 * @returns absolute path; undefined when nothing was picked
 */
export async function chosenConfiguration(
  title: string,
  given: vscode.Uri | undefined,
): Promise<string | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const shown = active && isConfiguration(active.path) ? active : undefined;
  const uri = (given instanceof vscode.Uri ? given : undefined) ?? shown ?? (await pickConfiguration(title));
  if (!uri) return undefined;
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isDirty) await document.save();
  return uri.fsPath;
}

async function pickConfiguration(title: string): Promise<vscode.Uri | undefined> {
  const pattern = `**/*${CONFIGURATION_ENDING}`;
  // Copies that runs keep are theirs.
  const exclude = '{**/node_modules/**,**/training/config.apd.json}';
  const found = await vscode.workspace.findFiles(pattern, exclude, MOST_OFFERED);
  found.sort((a, b) => a.fsPath.localeCompare(b.fsPath, undefined, { numeric: true }));
  const items: (PickItem & { uri?: vscode.Uri; make?: true })[] = found.map((uri) => ({
    icon: 'play',
    label: `${configurationName(uri.fsPath)}`,
    description: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  items.push({ icon: 'new-file', label: 'New Training Configuration…', make: true, alwaysShow: true });
  items.push({
    icon: 'folder-opened',
    label: 'Browse…',
    description: `a file that ends in ${CONFIGURATION_ENDING}`,
  });
  const placeHolder = 'Training configuration';
  const picked = await showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  if (!picked || picked.uri) return picked?.uri;
  if (picked.make) {
    await vscode.commands.executeCommand('apd.newTraining');
    return undefined;
  }
  const filters = { 'Training configurations': ['json'] };
  return (await showOpenDialog({ title, filters, openLabel: 'Train' }))?.[0];
}

/**
 * Runs that were trained by a configuration: the one that it names, and those beside whose names begin so (kept ones, and
 * those that were begun anew from a snapshot).
 */
export async function runsOf(
  services: Pick<Services, 'engine' | 'runs'>,
  config: string,
  text: string,
): Promise<string[]> {
  const { out } = await services.engine.request('training/check', { file: config, text });
  return out === undefined ? [] : runsBeside(await services.runs.list(), out);
}
