import { numberOf, numbersOf, type LogObject } from './jsonValues';
import type { Point } from './rowStore';

/** Names of the number of an epoch. */
export const epochName =
  /^(?:(?:current|cur|trainer|train)[_/]?)?epoch(?:_?(?:num|number|idx|index|no|nr))?$/i;
/** Names of a count of optimizer steps since the start. */
const stepName = /^(?:_?step|(?:trainer\/)?global_?steps?)$/i;
/** Words that a count of steps ends with, and those that may stand before. */
const countWord = /^(?:steps?|iters?|iterations?|itrs?|updates?)$/i;
const beforeCount =
  /^(?:current|curr?|train|training|trainer|num|n|nb|no|opt|optim|optimizer|global|grad|gradient|model|i)$/i;

/**
 * What a name of a count is: of steps since the start, or of iterations, which may also begin anew in every epoch:
 * `current_steps`, `num_updates`, `n_iter`. Undefined for other names.
 */
export function stepNameOf(name: string): 'step' | 'iteration' | undefined {
  if (stepName.test(name)) return 'step';
  if (name.length > 40) return undefined;
  const words = name
    .replace(/([a-z])(?=[A-Z])/g, '$1_')
    .split(/[_/. -]+/)
    .filter(Boolean);
  const last = words.at(-1);
  const counts =
    last !== undefined && countWord.test(last) && words.slice(0, -1).every((word) => beforeCount.test(word));
  return counts ? 'iteration' : undefined;
}
const timeName = /^(?:_?timestamp|wall_?time|time|date|datetime|asctime)$/i;
/** Numbers that say where in an epoch a line is. */
const indexName = /^(?:batch(?:_idx)?|num_batches|rank|pid)$/i;

/** A moment of this millennium in seconds or milliseconds since 1970, as seconds. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    if (value > 9e8 && value < 1e10) return value;
    return value > 9e11 && value < 1e13 ? value / 1000 : undefined;
  }
  const dated = typeof value === 'string' && value.length < 40 && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value);
  const time = dated ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** What a name in JSON stands for. */
type FieldKind = 'epoch' | 'step' | 'iteration' | 'time' | 'index' | 'metric';

const kinds = new Map<string, FieldKind>();

function kindOf(name: string): FieldKind {
  let kind = kinds.get(name);
  if (kind === undefined) {
    kind = findKind(name);
    // Logs repeat their few names; one with ever new names must not fill the memory.
    if (kinds.size >= 2000) kinds.clear();
    if (name.length <= 200) kinds.set(name, kind);
  }
  return kind;
}

function findKind(name: string): FieldKind {
  if (epochName.test(name)) return 'epoch';
  const step = stepNameOf(name);
  if (step) return step;
  if (timeName.test(name)) return 'time';
  return indexName.test(name) ? 'index' : 'metric';
}

/** When an object of JSON says it was. */
export function pointOf(object: LogObject): Point {
  const point: Point = {};
  let iteration: number | undefined;
  for (const name of Object.keys(object)) {
    const kind = kindOf(name);
    if (kind === 'metric' || kind === 'index') continue;
    if (kind === 'time') {
      point.time ??= secondsOf(object[name]);
      continue;
    }
    const number = numberOf(object[name]);
    if (number === undefined || !Number.isFinite(number)) continue;
    if (kind === 'iteration') iteration ??= number;
    else point[kind] ??= number;
  }
  if (point.time === undefined) delete point.time;
  if (point.step === undefined && iteration !== undefined) point.iteration = iteration;
  return point;
}

/** Whether a point tells an epoch, a step, or what may be one. */
export function isMoment({ epoch, step, iteration }: Point): boolean {
  return epoch !== undefined || step !== undefined || iteration !== undefined;
}

/** The metrics of an object of JSON: every number that is not part of `pointOf`. */
export function* metricsOf(object: LogObject): Generator<[string, number]> {
  for (const entry of numbersOf(object)) {
    const kind = kindOf(entry[0]);
    if (kind === 'metric' || (kind === 'time' && secondsOf(entry[1]) === undefined)) yield entry;
  }
}
