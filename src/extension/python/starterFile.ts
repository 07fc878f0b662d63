import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../shared/failures';
import { showWarningMessage } from '../shared/messages';

/** Name of the file with the functions that build the model and load the data. */
export const STARTER_NAME = 'apd_checkpoints.py';

/** What the file begins as. */
const STARTER = `"""Tells which model the checkpoints are of, and which data they are recorded on."""

import numpy as np


def make_model():
    """Returns the torch.nn.Module whose weights lie in the checkpoints; they are loaded into it one by one."""
    # from train import Net
    # return Net()
    raise NotImplementedError("make_model() is to return your model")


def load_data():
    """Returns x, or (x, y) with a class a row in y: tensors or arrays as the model is called with, a row an instance."""
    # return np.load("x.npy"), np.load("y.npy")
    raise NotImplementedError("load_data() is to return your data")
`;

/** What is done with the file. */
export type StarterUse = 'edit' | 'record';

/**
 * Opens the file of a folder; writes it where there is none. One that is there is replaced only when the user says so.
 * @returns whether it is to be edited first, or recorded with as it is; undefined where the user gave up
 */
export async function openStarter(folder: string): Promise<StarterUse | undefined> {
  const file = path.join(folder, STARTER_NAME);
  const use = existsSync(file) ? await useOfThere(file) : 'new';
  if (use === undefined) return undefined;
  if (use === 'new') await writeFile(file, STARTER, { flag: 'wx' });
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document, { preview: false });
  if (use === 'replace') await replaceText(document);
  return use === 'record' ? 'record' : 'edit';
}

/** Replaced in the editor, what was there can be had back by undoing. */
async function replaceText(document: vscode.TextDocument): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, all, STARTER);
  if ((await vscode.workspace.applyEdit(edit)) && (await document.save())) return;
  throw new UserError(`${document.fileName} cannot be written`);
}

async function useOfThere(file: string): Promise<StarterUse | 'replace' | undefined> {
  const [record, edit, replace] = ['Record with It', 'Edit It First', 'Replace It by a New One'];
  const question = `${path.basename(file)} is there already.`;
  const detail = `It tells which model the checkpoints are of, and which data they are recorded on:\n${file}`;
  const chosen = await showWarningMessage(question, { modal: true, detail }, record, edit, replace);
  if (chosen === record) return 'record';
  if (chosen === edit) return 'edit';
  return chosen === replace ? 'replace' : undefined;
}
