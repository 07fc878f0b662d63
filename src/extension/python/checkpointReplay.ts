import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { pluralise } from '../../core/wording';
import { UserError } from '../shared/failures';
import {
  showInformationMessage,
  showOpenDialog,
  showQuickPick,
  showWarningMessage,
} from '../shared/messages';
import type { Services } from '../shared/services';
import { pythonFor } from './interpreter';
import { newRun, placeOf, requireTrust } from './scriptRun';
import { openStarter, STARTER_NAME } from './starterFile';

/** Files with the weights of a PyTorch model, without its graph. */
const weightsNames = /\.(?:pt|pth|ckpt|safetensors)$/i;

/** Answers that need not be asked for. */
export interface ReplayAnswers {
  /** Records with the file that is there. */
  record?: boolean;
}

/**
 * Records checkpoints that hold weights alone: opens the file that tells of their model and data, a new one where there is
 * none, and runs the recorder once the user says that it is ready.
 * @param chosen the files of the menu, or none
 * @throws UserError where the workspace is not trusted, or a file is no such checkpoint
 */
export async function recordCheckpoints(
  services: Pick<Services, 'context' | 'log' | 'python'>,
  chosen: readonly vscode.Uri[],
  answers: ReplayAnswers = {},
): Promise<void> {
  requireTrust();
  const files = answers.record ? chosen.map(({ fsPath }) => fsPath) : await filesMeant(chosen);
  if (files === undefined) return;
  const other = files.find((file) => !weightsNames.test(file));
  if (other !== undefined) {
    throw new UserError(`${other}: expected weights of PyTorch (.pt, .pth, .ckpt, .safetensors)`);
  }
  const { cwd } = placeOf(vscode.Uri.file(files[0]));
  if (!answers.record && !(await isReady(cwd, files.length))) return;
  await saveStarter(path.join(cwd, STARTER_NAME));
  await replay(services, files);
}

/** The files of the menu; of a single one, whether those beside it are meant too. */
async function filesMeant(chosen: readonly vscode.Uri[]): Promise<string[] | undefined> {
  const picked = chosen.length > 0 ? chosen : await browse();
  if (!picked || picked.length === 0) return undefined;
  const files = picked.map(({ fsPath }) => fsPath);
  if (files.length > 1 || !weightsNames.test(files[0])) return files;
  const [file] = files;
  const ending = path.extname(file);
  const names = (await readdir(path.dirname(file))).filter((name) => path.extname(name) === ending);
  if (names.length < 2) return files;
  const items = [
    {
      label: `All ${names.length} in ${path.basename(path.dirname(file))}`,
      description: `*${ending}`,
      all: true,
    },
    { label: `Only ${path.basename(file)}`, all: false },
  ];
  const title = 'Record Checkpoints with Python';
  const answer = await showQuickPick(items, { title, placeHolder: 'Checkpoints to record' });
  if (!answer) return undefined;
  return answer.all ? names.sort().map((name) => path.join(path.dirname(file), name)) : files;
}

function browse(): Thenable<vscode.Uri[] | undefined> {
  return showOpenDialog({
    title: 'Checkpoints to Record',
    openLabel: 'Record',
    canSelectMany: true,
    filters: { 'Weights of PyTorch': ['pt', 'pth', 'ckpt', 'safetensors'] },
  });
}

/** Opens the file with model and data, and waits until the user has seen to it. */
async function isReady(folder: string, count: number): Promise<boolean> {
  const use = await openStarter(folder);
  if (use === undefined) return false;
  if (use === 'record') return true;
  const record = 'Record';
  const text = `Complete make_model and load_data in ${STARTER_NAME}, then record ${pluralise(count, 'checkpoint')}.`;
  return (await showInformationMessage(text, record)) === record;
}

/** What the user typed into the file last counts. */
async function saveStarter(file: string): Promise<void> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  if (!document?.isDirty || (await document.save())) return;
  void showWarningMessage(`${STARTER_NAME} could not be saved; what is on disk is used.`);
}

async function replay(
  services: Pick<Services, 'context' | 'log' | 'python'>,
  files: readonly string[],
): Promise<void> {
  const first = vscode.Uri.file(files[0]);
  const { cwd, place } = placeOf(first);
  const python = await pythonFor(services.log, first, cwd);
  services.log.info(`Checkpoints are recorded with ${python.command}: ${python.reason}`);
  const folderName = path.basename(path.dirname(files[0]));
  const name = files.length > 1 ? folderName : path.parse(files[0]).name;
  const folder = await newRun(services, name, place);
  const given = `${STARTER_NAME}:`;
  const words = ['replay', '--model', `${given}make_model`, '--data', `${given}load_data`, '--out', folder];
  await services.python.start({
    name: files.length > 1 ? folderName : path.basename(files[0]),
    python: python.command,
    words: [...words, '--', ...files],
    cwd,
    folder,
    waitingFor: `Recording ${pluralise(files.length, 'checkpoint')} of ${name}…`,
  });
}
