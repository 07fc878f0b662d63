import * as path from 'node:path';
import * as vscode from 'vscode';
import { filesInTrainingOrder } from './modelNames';
import { UserError } from '../shared/failures';
import { addAll } from '../../core/lists';
import { showOpenDialog, showQuickPick, type PickItem } from '../shared/messages';
import {
  MODELS_BELOW,
  modelEndings,
  MODEL_JSON,
  checkpointsFolder,
  isModelName,
} from '../../runs/checkpoints/modelFile';

const byName = new Intl.Collator(undefined, { numeric: true });
/** Most models that the list of the palette offers. */
const MOST_OFFERED = 500;

/** The model files that resources stand for: models themselves, and those directly in folders. */
export async function modelsOf(resources: readonly vscode.Uri[]): Promise<string[]> {
  const models: string[] = [];
  for (const uri of resources) {
    const { type } = await vscode.workspace.fs.stat(uri);
    if (type & vscode.FileType.Directory) {
      const inside = await modelsInside(uri);
      if (inside.length === 0) {
        throw new UserError(
          `${uri.fsPath}: has neither models (.onnx, .keras, .h5) nor folders with a model.json, expected a folder of checkpoints`,
        );
      }
      addAll(models, inside);
    } else if (isModelName(uri.path)) {
      models.push(uri.fsPath);
    } else {
      throw new UserError(
        `${uri.fsPath}: is no model, expected ONNX (.onnx), Keras (.keras, .h5), or a model.json of TensorFlow.js`,
      );
    }
  }
  return filesInTrainingOrder([...new Set(models)]);
}

/** The models in a folder: files, and the `model.json` of each folder in it. */
export async function modelsInside(folder: vscode.Uri): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const models: string[] = [];
  for (const [name, type] of entries) {
    const inner = vscode.Uri.joinPath(folder, name);
    if (type & vscode.FileType.File && isModelName(name)) models.push(inner.fsPath);
    if (!(type & vscode.FileType.Directory)) continue;
    const model = vscode.Uri.joinPath(inner, MODEL_JSON);
    const found = await vscode.workspace.fs.stat(model).then(
      ({ type: kind }) => (kind & vscode.FileType.File) !== 0,
      () => false,
    );
    if (found) models.push(model.fsPath);
  }
  return models;
}

/** The model in the active editor, if there is one. */
export function modelOfActiveTab(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && isModelName(uri.path) ? uri : undefined;
}

interface ModelItem extends PickItem {
  uris: vscode.Uri[];
}

/** Lets the user pick among the models of the workspace. Undefined when nothing was picked. */
export async function pickModels(title: string): Promise<vscode.Uri[] | undefined> {
  const below = await vscode.workspace.findFiles(MODELS_BELOW, '**/node_modules/**', MOST_OFFERED);
  const found = below.filter(({ path: name }) => isModelName(name));
  const items: ModelItem[] = [];
  const folders = grouped(found, (uri) => checkpointsFolder(uri.fsPath));
  for (const [folder, uris] of [...folders].sort(([a], [b]) => byName.compare(a, b))) {
    uris.sort((a, b) => byName.compare(a.fsPath, b.fsPath));
    const where = vscode.workspace.asRelativePath(folder);
    items.push({ label: where, kind: vscode.QuickPickItemKind.Separator, uris: [] });
    if (uris.length > 1) {
      const description = `${uris.length} models, a snapshot each`;
      items.push({ icon: 'folder', label: `All of ${where}`, description, uris });
    }
    for (const uri of uris) {
      items.push({
        icon: 'file',
        label: `${path.relative(folder, uri.fsPath)}`,
        description: where,
        uris: [uri],
      });
    }
  }
  items.push({ label: '', kind: vscode.QuickPickItemKind.Separator, uris: [] });
  items.push({ icon: 'folder-opened', label: 'Browse…', uris: [], alwaysShow: true });
  const picked = await showQuickPick(items, {
    title,
    placeHolder: 'Model, or folder of checkpoints',
  });
  if (!picked || picked.uris.length > 0) return picked?.uris;
  return showOpenDialog({
    title,
    canSelectMany: true,
    filters: { Models: [...modelEndings] },
    openLabel: 'Open Diagram',
  });
}

function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
