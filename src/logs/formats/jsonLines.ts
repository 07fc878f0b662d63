import { isMoment, metricsOf, pointOf } from './jsonFields';
import { parseJsonObject, type LogObject } from './jsonValues';
import { lineAt, type LineParser } from './lineLogReader';
import type { LogTool } from './log';
import type { Problems } from './problems';
import type { Point, RowStore } from './rowStore';

/** Names under which loggers tell which split a line is about. */
const splitKeys = ['mode', 'split', 'phase', 'stage'];
const trainSplits = /^(?:train|training|fit)$/i;

/**
 * One object a line, as this project, MMDetection and MMEngine write them. Objects with neither epoch nor step (such as
 * MMDetection's first line) are no rows. A line about another split than training (`"mode": "val"`) gets that split's name
 * before those of its metrics that training lines have, too: `val_loss`.
 */
export class JsonLinesParser implements LineParser {
  tool?: LogTool;
  private readonly trainNames = new Set<string>();
  private lastTrainStep?: number;
  private lastTrainIteration?: number;

  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {}

  line(text: string, number: number): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const object = parseJsonObject(trimmed);
    if (typeof object === 'string') {
      this.problems.add({ line: number }, object);
      return;
    }
    this.recogniseTool(object);
    const point = pointOf(object);
    const split = this.splitOf(object, point);
    if (!isMoment(point)) return;
    if (split === undefined) this.lastTrainIteration = point.iteration;
    // A loop over other data counts its own batches.
    else if (point.iteration !== undefined) point.iteration = this.lastTrainIteration;
    this.store.add(point, this.named(object, split), lineAt(number));
  }

  copy(store: RowStore, problems: Problems): JsonLinesParser {
    const copy = new JsonLinesParser(store, problems);
    copy.tool = this.tool;
    for (const name of this.trainNames) copy.trainNames.add(name);
    copy.lastTrainStep = this.lastTrainStep;
    copy.lastTrainIteration = this.lastTrainIteration;
    return copy;
  }

  private recogniseTool(object: LogObject): void {
    if (this.tool) return;
    const has = (...names: string[]) => names.every((name) => name in object);
    if (has('env_info') || (has('mode', 'epoch', 'iter') && !has('step'))) this.tool = 'mmdetection';
    else if (has('epoch', 'iter', 'step')) this.tool = 'mmengine';
    else if (has('epoch', 'step') && (has('patterns') || has('seconds'))) this.tool = 'apd';
  }

  /** The split that a line is about, undefined for training. May turn a step into the epoch that it is. */
  private splitOf(object: LogObject, point: Point): string | undefined {
    if (this.tool === 'mmengine' && !('epoch' in object) && !('iter' in object)) {
      // MMEngine writes the epoch of a validation as its step.
      point.epoch = point.step;
      point.step = this.lastTrainStep;
      return 'val';
    }
    if (this.tool === 'mmengine') this.lastTrainStep = point.step;
    const value = splitKeys.map((key) => object[key]).find((split) => typeof split === 'string');
    return value === undefined || value.length > 40 || trainSplits.test(value) ? undefined : value;
  }

  private *named(object: LogObject, split: string | undefined): Generator<[string, number]> {
    for (const [name, value] of metricsOf(object)) {
      if (split === undefined) {
        if (this.trainNames.size < 1000) this.trainNames.add(name);
        yield [name, value];
      } else {
        yield [this.trainNames.has(name) ? `${split}_${name}` : name, value];
      }
    }
  }
}
