import type { Snapshot } from '../../core/patterns/snapshot';
import { describeModel } from '../../models/openModel';
import type { Moment } from '../../runs/checkpoints/checkpointMoments';
import { RunLock } from '../../runs/runLock';
import { isRun, isRunAlready, RunWriter } from '../../runs/writeRun';
import { ModelRecorder, type RecordSource } from './modelRecorder';
import { classOrderHint } from './dataHints';
import { HeldNotices } from './notices';
import { portablePath } from './runHeader';

/** What to record. */
export interface RecordRequest extends RecordSource {
  /** Model files, a snapshot each, in this order. */
  models: readonly string[];
  /** Moment of each. */
  moments: readonly Moment[];
  force?: boolean;
}

/** What is told while recording. */
export interface RecordHooks {
  /** Sentences for the user: assumptions, the engine that runs. Each is told once. */
  onNotice(text: string): void;
  onProgress(snapshot: number, rowsDone: number, rows: number): void;
  /** A snapshot is whole and readable. */
  onSnapshot(snapshot: Snapshot, accuracy: number | undefined): void;
  signal?: AbortSignal;
}

/**
 * Records the activation patterns of a dataset in each model, a snapshot each, into a run folder. What is recorded when
 * it fails or is stopped stays readable; when nothing is, nothing is left.
 */
export async function recordRun(request: RecordRequest, hooks: RecordHooks): Promise<{ snapshots: number }> {
  const { models, dataset } = request;
  const notices = new HeldNotices(hooks.onNotice);
  const tell = (text: string) => notices.add(text);
  dataset.notices.forEach(tell);
  if (!request.force && (await isRun(request.out))) throw isRunAlready(request.out);
  // A model that is missing or damaged is told before hours are spent on those before it.
  for (const model of models.slice(1)) await describeModel(model, request.modelOptions);
  const recorder = new ModelRecorder(request, tell);
  let lock: RunLock | undefined;
  let writer: RunWriter | undefined;
  let earlier: Snapshot | undefined;
  try {
    for (const [s, model] of models.entries()) {
      hooks.signal?.throwIfAborted();
      const recorded = await recorder.record(model, request.moments[s], {
        onOpened: async ({ header }) => {
          lock ??= await RunLock.take(request.out, 'record');
          writer ??= await RunWriter.create(lock, header(), request.force);
          return true;
        },
        onProgress: (rowsDone) => {
          notices.tell();
          hooks.onProgress(s, rowsDone, dataset.instances.length);
        },
        signal: hooks.signal,
        earlier,
      });
      const { snapshot, accuracy, sha256, classes } = recorded!;
      await writer!.add(snapshot, { path: portablePath(request.out, model), sha256 }, accuracy, classes);
      hooks.onSnapshot(snapshot, accuracy);
      earlier = snapshot;
      // Models that are hardly trained yet have no order of classes.
      const hint = s === models.length - 1 ? classOrderHint(snapshot, classes) : undefined;
      if (hint !== undefined) tell(hint);
    }
  } catch (error) {
    await writer?.abandon();
    throw error;
  } finally {
    await lock?.release();
  }
  return { snapshots: models.length };
}
