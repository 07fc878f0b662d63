import { stat } from 'node:fs/promises';
import { parse } from 'jsonc-parser/lib/esm/main.js';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TrainingInfo } from '../../protocol/training';
import { readBeginning } from '../../runs/watching/growingFile';
import { UserError } from '../shared/failures';
import { freeFolder } from '../recording/freeFolder';
import { lines } from '../shared/plainText';
import type { Services } from '../shared/services';
import { setting } from '../shared/settings';
import { configurationName, runNameOfConfiguration } from './configurationNames';
import type { QueuedTraining } from './trainingQueue';
import { showInputBox, showWarningMessage } from '../shared/messages';
import { MANIFEST_NAME } from '../../runs/manifest';

/** More than a configuration may have: the engine tells that it is too long. */
const LONGEST_TEXT = 2 * 1024 ** 2;

/**
 * Trains by a configuration. Where its run is there already, the user is asked what becomes of it.
 * @param config absolute path, saved
 * @returns undefined when the user gave up
 */
export async function startTraining(
  services: Pick<Services, 'engine' | 'training'>,
  config: string,
): Promise<QueuedTraining | undefined> {
  const name = configurationName(config);
  const text = (await readBeginning(config, LONGEST_TEXT)).toString('utf8');
  const { out } = await services.engine.request('training/check', { file: config, text });
  const backend = usualBackend(config, text);
  if (out === undefined || !(await isTaken(services, out))) {
    return services.training.train({ name, folder: out, config, params: { config, backend } });
  }
  const choice = await askTaken(services, out);
  switch (choice) {
    case undefined:
      return undefined;
    case 'replace':
      return services.training.train({ name, folder: out, config, params: { config, backend, force: true } });
    case 'continue':
      return goOn(services, out);
    case 'beside': {
      const folder = await freeRunFolder(services, out);
      return services.training.train({
        name: runNameOfConfiguration(folder),
        folder,
        config,
        params: { config, backend, out: folder },
      });
    }
  }
}

/**
 * Goes on with a run after its last whole epoch. A run that is done is asked for more epochs.
 * @param epochs in all; those that it was to have when left out
 */
export async function goOn(
  services: Pick<Services, 'training'>,
  run: string,
  epochs?: number,
): Promise<QueuedTraining | undefined> {
  const info = await trainedRun(services, run);
  if (epochs === undefined && info.epoch >= info.epochs) return trainMore(services, run);
  return services.training.train({ name: runNameOfConfiguration(run), folder: run, params: { run, epochs } });
}

/** Asks for how many epochs a run is to be trained more, and does so. */
export async function trainMore(
  services: Pick<Services, 'training'>,
  run: string,
  more?: number,
): Promise<QueuedTraining | undefined> {
  const { epoch } = await trainedRun(services, run);
  const count = more ?? (await askEpochs(runNameOfConfiguration(run), epoch));
  return count === undefined ? undefined : goOn(services, run, epoch + count);
}

/**
 * A run of its own that goes on from a snapshot of another, which stays as it is.
 * @param snapshot number of a snapshot after a whole epoch
 */
export async function branchFrom(
  services: Pick<Services, 'engine' | 'runs' | 'training'>,
  run: string,
  snapshot: number,
): Promise<QueuedTraining | undefined> {
  const { snapshots } = await services.engine.request('run/open', { folder: run });
  const { epoch } = snapshots[snapshot] ?? {};
  const info = await services.training.freshInfo(run);
  if (epoch === undefined || !info) throw new UserError(`${run}: has no snapshot ${snapshot} to go on from`);
  const left = info.epochs - epoch;
  const count = left > 0 ? left : await askEpochs(runNameOfConfiguration(run), epoch);
  if (count === undefined) return undefined;
  const wanted = `${run}-epoch-${epoch}`;
  const out = (await isThere(wanted)) ? await freeFolder(wanted) : wanted;
  await services.engine.request('training/branch', { folder: run, snapshot, out });
  services.runs.announce(out);
  return services.training.train({
    name: runNameOfConfiguration(out),
    folder: out,
    params: { run: out, epochs: epoch + count },
  });
}

/** What a run folder says of its training. @throws UserError where it cannot be gone on with */
async function trainedRun(services: Pick<Services, 'training'>, run: string): Promise<TrainingInfo> {
  const training = services.training.of(run);
  if (training) throw new UserError(`${runNameOfConfiguration(run)} is being trained, or waits to be`);
  const info = await services.training.freshInfo(run);
  if (!info) throw new UserError(`${run}: was not trained here, so there is nothing to go on with`);
  if (info.status === 'running') throw new UserError(`${run}: is being trained by another program`);
  return info;
}

async function isTaken(services: Pick<Services, 'training'>, folder: string): Promise<boolean> {
  return services.training.of(folder) !== undefined || isThere(path.join(folder, MANIFEST_NAME));
}

type Choice = 'replace' | 'beside' | 'continue';

async function askTaken(services: Pick<Services, 'training'>, folder: string): Promise<Choice | undefined> {
  const busy = services.training.of(folder) !== undefined;
  const info = busy ? undefined : await services.training.freshInfo(folder);
  const beside = runNameOfConfiguration(await freeRunFolder(services, folder));
  const trainBeside: vscode.MessageItem & { choice: Choice } = {
    title: `Keep and Train into ${beside}`,
    choice: 'beside',
  };
  if (busy || info?.status === 'running') {
    const text = `The run “${runNameOfConfiguration(folder)}” is being trained already, or waits to be.`;
    const picked = await showWarningMessage(text, { modal: true, detail: lines([folder]) }, trainBeside);
    return picked?.choice;
  }
  const items: (vscode.MessageItem & { choice: Choice })[] = [
    { title: 'Replace', choice: 'replace' },
    trainBeside,
  ];
  if (info && info.epoch < info.epochs) {
    items.push({ title: `Continue after Epoch ${info.epoch}`, choice: 'continue' });
  }
  const text = `There is a run “${runNameOfConfiguration(folder)}” already. Replace it?`;
  const detail = lines([folder, standingOf(info)]);
  return (await showWarningMessage(text, { modal: true, detail }, ...items))?.choice;
}

function standingOf(info: TrainingInfo | undefined): string {
  if (!info) return 'It was recorded from models, or is damaged.';
  return `It is trained for ${info.epoch} of ${info.epochs} epochs.`;
}

/** A folder beside that is neither there nor about to be. */
async function freeRunFolder(services: Pick<Services, 'training'>, folder: string): Promise<string> {
  for (let n = 2; ; n++) {
    const candidate = `${folder}-${n}`;
    if (!services.training.of(candidate) && !(await isThere(candidate))) return candidate;
  }
}

async function askEpochs(name: string, trained: number): Promise<number | undefined> {
  const text = await showInputBox({
    title: `Train ${name} More Epochs`,
    prompt: `Epochs to train, after the ${trained} that are done`,
    value: '10',
    validateInput: (value) =>
      /^[1-9]\d{0,5}$/.test(value.trim()) ? undefined : 'Expected a whole number from 1 on',
  });
  return text === undefined ? undefined : Number(text);
}

/** The backend by the setting, for configurations that leave it open. */
function usualBackend(config: string, text: string): 'node' | 'wasm' | 'cpu' | undefined {
  const own = (parse(text) as { backend?: unknown } | undefined)?.backend ?? 'auto';
  const usual = setting('apd.training.backend', vscode.Uri.file(config));
  return own !== 'auto' || usual === 'auto' ? undefined : usual;
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
