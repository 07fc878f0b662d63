import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ShownPlace } from '../../protocol/engine';
import { showInformationMessage } from './messages';

const image = /\.(png|jpe?g)$/i;

/** Opens the place an instance comes from: the line of a table, the image, or a message where files are binary. */
export async function revealPlace(place: ShownPlace): Promise<void> {
  const uri = vscode.Uri.file(place.file);
  if (place.line !== undefined) {
    const line = place.line - 1;
    const selection = new vscode.Range(line, 0, line, 0);
    await vscode.commands.executeCommand('vscode.open', uri, { selection, preview: true });
    return;
  }
  if (image.test(place.file)) {
    await vscode.commands.executeCommand('vscode.open', uri);
    return;
  }
  const reveal = 'Show File in Explorer';
  const message = `${path.basename(place.file)}: ${place.text}. The file is binary and has no lines to open.`;
  if ((await showInformationMessage(message, reveal)) === reveal) {
    const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    await vscode.commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', uri);
  }
}
