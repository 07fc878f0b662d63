import { InputError } from '../core/errors';
import type { Layer, Snapshot } from '../core/snapshot';
import { batches } from '../data/batches';
import type { Dataset } from '../data/dataset';
import type { Scaling } from '../data/scaling';
import { matchShape } from '../data/shape';
import { describeModel, openModel, type ModelOptions } from '../models/open';
import type { ModelRunner } from '../models/runner';
import { isRun, isRunAlready, RunWriter } from '../runs/writeRun';
import { recordedLayers, snapshotAccuracy, takeSnapshot, type BatchSource } from './record';
import { headerOf, portablePath } from './runHeader';

/** What to record. */
export interface RecordRequest {
  /** Model files, a snapshot each, in this order. */
  models: readonly string[];
  /** Epoch of each. */
  epochs: readonly number[];
  dataset: Dataset;
  scaling: Scaling;
  /** Options that shaped the data, to be kept with the run. */
  dataOptions: Record<string, unknown>;
  modelOptions: ModelOptions;
  out: string;
  name?: string;
  force?: boolean;
  /** Most instances in one batch; chosen by the size of the model when absent. */
  batchSize?: number;
  patternLimit: number;
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

/** Numbers of one batch, input and all taps together, that are aimed at: 64 MiB of float32. */
const NUMBERS_PER_BATCH = 16 * 1024 * 1024;

/**
 * Records the activation patterns of a dataset in each model, a snapshot each, into a run folder. What is recorded when
 * it fails or is stopped stays readable; when nothing is, nothing is left.
 */
export async function recordRun(request: RecordRequest, hooks: RecordHooks): Promise<{ snapshots: number }> {
  const { models, dataset } = request;
  const notices = new Notices(hooks.onNotice);
  const tell = (text: string) => notices.add(text);
  dataset.notices.forEach(tell);
  if (!request.force && (await isRun(request.out))) throw isRunAlready(request.out);
  // A model that is missing or damaged is told before hours are spent on those before it.
  for (const model of models.slice(1)) await describeModel(model, request.modelOptions);
  let writer: RunWriter | undefined;
  let layers: Layer[] | undefined;
  let earlier: Snapshot | undefined;
  try {
    for (const [s, model] of models.entries()) {
      hooks.signal?.throwIfAborted();
      const runner = await openModel(model, {
        ...request.modelOptions,
        instanceShape: dataset.features.shape,
      });
      try {
        runner.notices.forEach(tell);
        tell(`Runs on ${runner.backend.name} ${runner.backend.version}: ${runner.backend.reason}.`);
        checkClasses(runner, dataset);
        const own = recordedLayers(runner);
        checkSameLayers(own, layers, model, models[0]);
        layers ??= own;
        const source = batchSource(request, runner, tell);
        writer ??= await RunWriter.create(
          request.out,
          headerOf(request, runner, layers, tell),
          request.force,
        );
        const snapshot = await takeSnapshot(runner, dataset, source, request.epochs[s], {
          patternLimit: request.patternLimit,
          onProgress: (rowsDone) => {
            notices.tell();
            hooks.onProgress(s, rowsDone, dataset.instances.length);
          },
          signal: hooks.signal,
          earlier,
        });
        const accuracy = snapshotAccuracy(snapshot);
        await writer.add(
          snapshot,
          { path: portablePath(request.out, model), sha256: runner.sha256 },
          accuracy,
        );
        hooks.onSnapshot(snapshot, accuracy);
        earlier = snapshot;
      } finally {
        await runner.close();
      }
    }
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
  return { snapshots: models.length };
}

/**
 * Sentences for the user, each told once. The first are held back until a batch went through: where the input is bad at
 * once, what is wrong with it is all there is to say.
 */
class Notices {
  private readonly seen = new Set<string>();
  private held: string[] | undefined = [];

  constructor(private readonly onNotice: (text: string) => void) {}

  add(text: string): void {
    if (this.seen.has(text)) return;
    this.seen.add(text);
    if (this.held) this.held.push(text);
    else this.onNotice(text);
  }

  tell(): void {
    const { held } = this;
    this.held = undefined;
    held?.forEach((text) => this.onNotice(text));
  }
}

/** Batches of a dataset as a model wants them. */
function batchSource(request: RecordRequest, runner: ModelRunner, tell: (text: string) => void): BatchSource {
  const { dataset, scaling } = request;
  const arranger = matchShape(
    dataset.features,
    runner.input.shape,
    dataset.sources[0].path,
    runner.input.name,
  );
  arranger.notices.forEach(tell);
  const perRow =
    arranger.shape.reduce((product, axis) => product * axis, 1) +
    runner.layers.reduce((sum, layer) => sum + layer.units, 0);
  const fitting = Math.max(1, Math.min(2048, Math.floor(NUMBERS_PER_BATCH / perRow)));
  const size = request.batchSize ?? fitting;
  return (data) => batches(data, arranger, scaling, size, runner.input.type === 'float64');
}

function checkSameLayers(own: Layer[], first: Layer[] | undefined, model: string, firstModel: string): void {
  if (!first) return;
  const text = (layers: Layer[]) =>
    layers.map(({ units, bits }) => `${units}${bits > 1 ? `×${bits} bits` : ''}`).join('-');
  if (text(own) !== text(first)) {
    throw new InputError(
      model,
      `has activation layers of ${text(own)} units, expected ${text(first)} as in ${firstModel}: a run follows one network`,
    );
  }
}

/** Labels beyond the outputs of the model can never be predicted: most likely the wrong labels, or the wrong model. */
function checkClasses(runner: ModelRunner, dataset: Dataset): void {
  const { classes } = runner.output;
  if (classes === undefined || !dataset.labels) return;
  const most = dataset.labels.values.reduce((largest, label) => Math.max(largest, label), 0);
  if (most >= classes) {
    throw new InputError(
      runner.path,
      `output \`${runner.output.name}\` has ${classes} classes, but the labels go up to ${most}: expected labels from 0 to ${classes - 1}`,
    );
  }
}
