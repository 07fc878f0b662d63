import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import { freeFolder } from './freeFolder';
import { runNameOfModels } from './modelNames';
import type { DatasetChoice } from './datasetMemory';
import { isCancelled } from '../shared/failures';
import { isElsewhere } from '../shared/networkFiles';
import { lines } from '../shared/plainText';
import type { Services } from '../shared/services';
import { setContextKey, setting } from '../shared/settings';
import { showWarningMessage, withProgress } from '../shared/messages';
import { splitMember } from '../../core/arrayMember';
import { MANIFEST_NAME } from '../../runs/manifest';

/** What to record: models in training order, with their data. */
export interface Recording {
  models: string[];
  dataset: DatasetChoice;
  /** Folder of the run; chosen by the setting and the models when absent. */
  folder?: string;
}

/** Told while a run is recorded. */
export interface RecordingStages {
  /** Recording begins; not told where the run is there already. */
  onStart?(folder: string): void;
  /** There is a snapshot to look at. */
  onFirst?(folder: string): void;
}

/** The recording that goes on, so that “Cancel” finds it. */
let running: vscode.CancellationTokenSource | undefined;

/** Ends the recording that goes on. Finished snapshots stay. */
export function cancelRecording(): void {
  running?.cancel();
}

/**
 * The run of these models on this data: the one that is there when nothing changed since, else a new one.
 * @returns its folder, or undefined when the user gave up
 */
export async function recordOrReopen(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'runs' | 'following'>,
  recording: Recording,
  stages: RecordingStages = {},
): Promise<string | undefined> {
  const folder = recording.folder ?? runFolderOf(services, recording.models);
  // It is kept up with its checkpoints, and may have more of them than are there now.
  if (services.following.of(folder)) return folder;
  const there = await runAt(services, folder);
  if (there === 'none') return record(services, { recording, out: folder, force: false, stages });
  if (there !== 'damaged' && (await isCurrent(there, recording))) return folder;
  const reason =
    there === 'damaged' ? 'is damaged' : 'was recorded from other files, or they have changed since';
  const choice = await showWarningMessage(
    `The run “${path.basename(folder)}” ${reason}. Record it again?`,
    { modal: true, detail: lines([folder]) },
    'Replace',
    'Keep Both',
  );
  if (choice === 'Replace') return record(services, { recording, out: folder, force: true, stages });
  if (choice === 'Keep Both') {
    return record(services, { recording, out: await freeFolder(folder), force: false, stages });
  }
  return undefined;
}

/** Where the run of these models goes: the folder setting, and a name made from theirs. */
export function runFolderOf(services: Pick<Services, 'context'>, models: readonly string[]): string {
  const place = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(models[0]));
  const wanted = setting('apd.runsFolder', place?.uri) || 'apd-runs';
  const base = place?.uri.fsPath ?? services.context.globalStorageUri.fsPath;
  return path.resolve(base, wanted, runNameOfModels(models));
}

async function record(
  services: Pick<Services, 'log' | 'engine' | 'runs'>,
  {
    recording: { models, dataset },
    out,
    force,
    stages,
  }: { recording: Recording; out: string; force: boolean; stages: RecordingStages },
): Promise<string> {
  const name = path.basename(out);
  const title = models.length > 1 ? `${name} (${models.length} models)` : path.basename(models[0]);
  const source = new vscode.CancellationTokenSource();
  let snapshots = 0;
  const listener = services.engine.on('run/snapshot', ({ folder }) => {
    services.runs.announce(folder);
    if (path.resolve(folder) === out && ++snapshots === 1) stages.onFirst?.(out);
  });
  running = source;
  setContextKey('apd.recording', true);
  stages.onStart?.(out);
  try {
    return await withProgress(`Recording ${title}`, async (progress, token) => {
      token.onCancellationRequested(() => source.cancel());
      let share = 0;
      const params = { ...dataset, models, out, name, force, backend: setting('apd.inferenceEngine') };
      const result = await services.engine.request('model/record', params, source.token, (note) => {
        const increment = note.share === undefined ? undefined : Math.max(0, (note.share - share) * 100);
        share = note.share ?? share;
        progress.report({ message: note.message, increment });
      });
      for (const notice of result.notices) services.log.info(`${name}: ${notice}`);
      return out;
    });
  } catch (error) {
    if (isCancelled(error) && snapshots > 0) {
      services.log.info(`${name}: recording was cancelled after ${snapshots} of ${models.length} snapshots`);
      return out;
    }
    throw error;
  } finally {
    listener.dispose();
    source.dispose();
    running = undefined;
    setContextKey('apd.recording', false);
    services.runs.announce(out);
  }
}

async function runAt(
  services: Pick<Services, 'log' | 'engine'>,
  folder: string,
): Promise<RunInfo | 'none' | 'damaged'> {
  try {
    await stat(path.join(folder, MANIFEST_NAME));
  } catch {
    // No manifest, no run: whatever else is wrong with the folder is told when it is written to.
    return 'none';
  }
  try {
    return await services.engine.request('run/open', { folder });
  } catch (error) {
    services.log.warn(`${folder}: ${String(error)}`);
    return 'damaged';
  }
}

/** Whether a run is of these models and data, and none of the files changed after it was written. */
async function isCurrent(run: RunInfo, { models, dataset }: Recording): Promise<boolean> {
  const absolute = (file: string) => path.resolve(run.folder, file);
  if (run.dataset.files.some((file) => isElsewhere(absolute(file)))) return false;
  const recorded = run.snapshots.map((snapshot) => snapshot.model && absolute(snapshot.model));
  if (recorded.length !== models.length || recorded.some((file, i) => file !== models[i])) return false;
  const files = (run.dataset.files.length > 0 ? run.dataset.files : [run.dataset.path]).map(absolute);
  const chosen = [...dataset.data, ...(dataset.labels ?? [])].map((file) =>
    path.resolve(splitMember(file).file),
  );
  if (!chosen.every((file) => files.some((of) => of === file || of.startsWith(`${file}${path.sep}`)))) {
    return false;
  }
  if (!sameScaling(run, dataset) || !sameReading(run, dataset)) return false;
  const written = await changedAt(path.join(run.folder, MANIFEST_NAME));
  const times = await Promise.all([...models, ...files.map((file) => splitMember(file).file)].map(changedAt));
  return times.every((time) => time <= written);
}

/** When a file changed last; never, where it is gone, counts as changed after everything. */
async function changedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
}

/** Whether a run took the same columns, classes and size of images. */
function sameReading({ dataset: { options } }: RunInfo, choice: DatasetChoice): boolean {
  // The command line writes `labels: false` where there are none.
  const recorded: Record<string, unknown> = {
    ...options,
    labelColumn: options.labels === false ? false : options.labelColumn,
  };
  const names = ['labelColumn', 'features', 'classes', 'resize', 'crop'] as const;
  const told = (value: unknown) => JSON.stringify(value ?? null);
  return names.every((name) => told(recorded[name]) === told(choice[name]));
}

function sameScaling(run: RunInfo, { scale, mean, std }: DatasetChoice): boolean {
  const recorded = (run.dataset.options.scaling ?? {}) as {
    scale?: number;
    mean?: number[];
    deviation?: number[];
  };
  const numbers = (text: string | undefined, usual: number) =>
    text === undefined ? [usual] : text.split(',').map(Number);
  const same = (a: readonly number[], b: readonly number[]) =>
    a.length === b.length && a.every((value, i) => value === b[i]);
  return (
    same([recorded.scale ?? 1], numbers(scale, 1)) &&
    same(recorded.mean ?? [0], numbers(mean, 0)) &&
    same(recorded.deviation ?? [1], numbers(std, 1))
  );
}
