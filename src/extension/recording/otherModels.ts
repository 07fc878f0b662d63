import * as path from 'node:path';
import * as vscode from 'vscode';
import { isOtherModelName } from '../../runs/checkpoints/modelFile';
import { showWarningMessage } from '../shared/messages';
import type { Services } from '../shared/services';
import { modelsInside } from './modelFiles';

/**
 * Tells of a model, or of weights, that is not opened here, and offers what Python does with it.
 * @param chosen files and folders of the menu
 * @returns whether there was one, so that there is nothing to open
 */
export async function tellOfOther(
  { engine }: Pick<Services, 'engine'>,
  chosen: readonly vscode.Uri[],
): Promise<boolean> {
  const meant = await otherAmong(chosen);
  if (!meant) return false;
  const { other } = await engine.request('model/other', { file: meant.fsPath });
  if (!other) return false;
  const record = 'Record with Python';
  const copy = 'Copy Export Lines';
  const buttons = [
    ...(other.replayed && vscode.workspace.isTrusted ? [record] : []),
    ...(other.lines.length > 0 ? [copy] : []),
  ];
  void showWarningMessage(`${path.basename(meant.fsPath)} ${other.problem}.`, ...buttons).then(
    async (answer) => {
      if (answer === record) {
        const files = chosen.filter(({ path: name }) => isOtherModelName(name));
        await vscode.commands.executeCommand('apd.recordCheckpointsWithPython', meant, files);
      } else if (answer === copy) {
        await vscode.env.clipboard.writeText(other.lines.map((line) => `${line}\n`).join(''));
      }
    },
  );
  return true;
}

/** The first of the files that is such a model by its name, or lies in a folder without models; a folder may be one itself. */
async function otherAmong(chosen: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  for (const uri of chosen) {
    if (isOtherModelName(uri.path)) return uri;
    const { type } = await vscode.workspace.fs.stat(uri);
    if (!(type & vscode.FileType.Directory) || (await modelsInside(uri)).length > 0) continue;
    const names = (await vscode.workspace.fs.readDirectory(uri)).map(([name]) => name);
    const inside = names.sort().find(isOtherModelName);
    if (inside !== undefined) return vscode.Uri.joinPath(uri, inside);
  }
  return undefined;
}
