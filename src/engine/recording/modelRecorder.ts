import { InputError } from '../../core/errors';
import type { Layer, Snapshot } from '../../core/patterns/snapshot';
import { batches } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import { scalesNothing, type Scaling } from '../../data/scaling';
import { matchShape } from '../../data/arrays/shape';
import { openModel, type ModelOptions } from '../../models/openModel';
import type { ModelOutput, ModelRunner } from '../../models/runner';
import { beginAtOne, matchLabels, type KeptClasses, type MatchedLabels } from './outcomes';
import type { Moment } from '../../runs/checkpoints/checkpointMoments';
import type { RunHeader } from '../../runs/writeRun';
import { recordedLayers, snapshotAccuracy, takeSnapshot } from './takeSnapshot';
import type { BatchSource } from './runBatches';
import { rangeHint } from './dataHints';
import { headerOf } from './runHeader';
import { elementCount } from '../../core/shape';
import { wordedFor } from '../../core/audience';

/** What models of a run are recorded with. */
export interface RecordSource {
  dataset: Dataset;
  scaling: Scaling;
  /** Options that shaped the data, to be kept with the run. */
  dataOptions: Record<string, unknown>;
  modelOptions: ModelOptions;
  /** The run folder. */
  out: string;
  name?: string;
  /** Most instances in one batch; chosen by the size of the model when absent. */
  batchSize?: number;
  patternLimit: number;
}

/** The network that all models of a run must have. */
export interface ExpectedNetwork {
  layers: Layer[];
  /** Where it is from, for messages. */
  of: string;
  /** Classes of the run, and what stands for them. */
  kept?: KeptClasses;
}

/** A model that can be recorded. */
export interface OpenedModel {
  sha256: string;
  /** Header of a run that begins with it. */
  header: () => RunHeader;
}

/** What goes on while a model is recorded. */
export interface ModelHooks {
  /** The model fits and its engine runs; awaited before its patterns are taken. False ends it there. */
  onOpened?(model: OpenedModel): Promise<boolean>;
  onProgress?(rowsDone: number): void;
  signal?: AbortSignal;
  /** The snapshot before, whose prototypes go on. */
  earlier?: Snapshot;
}

/** A model's patterns on the dataset. */
export interface RecordedModel {
  snapshot: Snapshot;
  accuracy: number | undefined;
  sha256: string;
  /** Names of the run's classes so far. */
  classes: string[];
}

/** Numbers of one batch, input and all taps together, that are aimed at: 64 MiB of float32. */
const NUMBERS_PER_BATCH = 16 * 1024 * 1024;

/** Records models of one network on one dataset, one after the other. */
export class ModelRecorder {
  /**
   * @param tell told what the user should know, perhaps more than once
   * @param expected the network of a run that is gone on with; that of the first model when absent
   */
  constructor(
    private readonly source: RecordSource,
    private readonly tell: (text: string) => void,
    private expected?: ExpectedNetwork,
  ) {
    this.kept = expected?.kept;
  }

  private kept: KeptClasses | undefined;
  private rangeTold = false;

  /** Instances of the dataset. */
  get rows(): number {
    return this.source.dataset.instances.length;
  }

  /**
   * Takes the patterns of a model.
   * @returns undefined where `onOpened` ended it
   * @throws InputError where the model is damaged, is of another network, or does not fit the data
   */
  async record(model: string, moment: Moment, hooks: ModelHooks = {}): Promise<RecordedModel | undefined> {
    const { dataset, modelOptions, patternLimit } = this.source;
    const runner = await openModel(model, {
      ...modelOptions,
      outputAs: modelOptions.outputAs ?? (dataset.labels?.sets ? 'labels' : undefined),
      instanceShape: dataset.features.shape,
      inputShapes: dataset.features.inputs,
      labelClasses: labelClasses(dataset),
    });
    try {
      runner.notices.forEach(this.tell);
      this.tell(`Runs on ${runner.backend.name} ${runner.backend.version}: ${runner.backend.reason}.`);
      checkClasses(runner, dataset);
      const labels = matchLabels(dataset.labels, runner);
      tellOrder(runner, dataset, this.tell);
      this.kept ??= keptClasses(runner.output, labels);
      const layers = recordedLayers(runner);
      if (this.expected) checkSameLayers(layers, this.expected, model);
      const batchSource = this.batchSource(runner);
      const { sha256 } = runner;
      const header = () => headerOf({ ...this.source, matched: labels }, runner, layers, this.tell);
      if ((await hooks.onOpened?.({ sha256, header })) === false) return undefined;
      this.expected ??= { layers, of: model };
      const { onProgress, signal, earlier } = hooks;
      const options = { patternLimit, onProgress, signal, earlier, labels, classes: this.kept };
      const snapshot = await takeSnapshot({
        runner,
        dataset,
        batches: batchSource,
        epoch: moment.epoch,
        options,
      });
      if (moment.step !== undefined) snapshot.step = moment.step;
      const classes = [...this.kept.classes];
      await this.tellRange(runner, snapshot);
      return { snapshot, classes, accuracy: snapshotAccuracy(snapshot), sha256 };
    } finally {
      await runner.close();
    }
  }

  /** Says so, once, where the model seems to want numbers of another range. */
  private async tellRange(runner: ModelRunner, snapshot: Snapshot): Promise<void> {
    const { dataset, scaling } = this.source;
    // Several inputs are taken as they are.
    if (this.rangeTold || dataset.features.inputs) return;
    const batchesWith = (other: Scaling) => this.batchSource(runner, other);
    const hint = await rangeHint({ runner, dataset, snapshot, scaling, batchesWith });
    if (hint === undefined) return;
    this.rangeTold = true;
    this.tell(hint);
  }

  /** Batches of the dataset as a model wants them. */
  private batchSource(runner: ModelRunner, scaling = this.source.scaling): BatchSource {
    const { dataset, batchSize } = this.source;
    const file = dataset.sources[0].path;
    const arranger = matchShape(dataset.features, runner.input.shape, file, runner.input.name);
    arranger.notices.forEach(this.tell);
    if (dataset.features.inputs && !scalesNothing(scaling)) {
      throw new InputError(
        file,
        `is for several inputs, whose numbers are taken as they are: expected no ${wordedFor({
          commandLine: '--scale, --mean, --std',
          window: 'scaling',
        })}`,
      );
    }
    const perRow = elementCount(arranger.shape) + runner.layers.reduce((sum, layer) => sum + layer.units, 0);
    const fitting = Math.max(1, Math.min(2048, Math.floor(NUMBERS_PER_BATCH / perRow)));
    const size = batchSize ?? fitting;
    return (data) =>
      batches({ dataset: data, arranger, scaling, batchSize: size, double: runner.input.type === 'float64' });
  }
}

/** Different classes among the labels; undefined where there are sets of labels or numbers that are no classes. */
function labelClasses({ labels }: Dataset): number | undefined {
  if (!labels) return 0;
  if (labels.targets) return Infinity;
  return new Set(labels.values).size;
}

/** The classes a run begins with: those of the labels, and of bins where labels are numbers. */
function keptClasses(output: ModelOutput, { classes, edges, values }: MatchedLabels): KeptClasses {
  const { kind, name, columns } = output;
  if (kind === 'none' || kind === 'value' || kind === 'labels') {
    return { classes: values ? [...classes] : [], output: { kind, name, columns, edges } };
  }
  return { classes: [...classes] };
}

function checkSameLayers(own: Layer[], expected: ExpectedNetwork, model: string): void {
  const text = (layers: Layer[]) =>
    layers.map(({ units, bits }) => `${units}${bits > 1 ? `×${bits} bits` : ''}`).join('-');
  if (text(own) !== text(expected.layers)) {
    throw new InputError(
      model,
      `has activation layers of ${text(own)} units, expected ${text(expected.layers)} as in ${expected.of}: a run follows one network`,
    );
  }
}

/** Says in which order names are taken as classes, where neither the model nor the user tells it. */
function tellOrder({ output }: ModelRunner, { labels }: Dataset, tell: (text: string) => void): void {
  if (labels && beginAtOne(labels, output)) {
    tell(`The labels 1 to ${output.classes} are taken as the model's classes 0 to ${output.classes! - 1}.`);
  }
  const isPlain = !labels || labels.numeric || labels.targets || labels.sets || labels.given;
  if (isPlain || output.classNames || output.classes === undefined) return;
  const shown = labels.classes.slice(0, 6).join(', ') + (labels.classes.length > 6 ? ', …' : '');
  tell(
    `The labels ${shown} are taken as classes 0 to ${labels.classes.length - 1} in sorted order, as the model does not ` +
      `name its classes; ${wordedFor({
        commandLine: '--classes gives another order',
        window: 'another order can be given when data are chosen',
      })}.`,
  );
}

/** Labels beyond the outputs of the model can never be predicted: most likely the wrong labels, or the wrong model. */
function checkClasses(runner: ModelRunner, dataset: Dataset): void {
  const { classes } = runner.output;
  if (classes === undefined || !dataset.labels || dataset.labels.targets || runner.output.classNames) return;
  if (beginAtOne(dataset.labels, runner.output)) return;
  const most = dataset.labels.values.reduce((largest, label) => Math.max(largest, label), 0);
  const [first] = dataset.labels.classes;
  if (most >= classes && Number(first) < 0) {
    throw new InputError(
      runner.path,
      `output \`${runner.output.name}\` has ${classes} classes, but the labels begin at ${first}: expected labels from 0 to ` +
        `${classes - 1} (${first} often stands for no label: leave such instances out, or record ` +
        `${wordedFor({ commandLine: 'with --no-labels', window: 'without labels' })})`,
    );
  }
  if (most >= classes) {
    throw new InputError(
      runner.path,
      `output \`${runner.output.name}\` has ${classes} classes, but the labels go up to ${most}: expected labels from 0 to ${classes - 1}`,
    );
  }
}
