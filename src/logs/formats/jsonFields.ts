import { numberOf, numbersOf, type JsonObject } from './jsonValues';
import type { Point } from './rowStore';

/** Names of the number of an epoch. */
export const epochName = /^(?:current_?)?epoch$/i;
/** Names of a count of optimizer steps since the start. */
export const stepName = /^(?:_?step|global_?step|trainer\/global_step)$/i;
/** Names of a count that may also begin anew in every epoch. */
export const iterationName = /^(?:iter|iteration|itr)s?$/i;
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
  if (stepName.test(name)) return 'step';
  if (iterationName.test(name)) return 'iteration';
  if (timeName.test(name)) return 'time';
  return indexName.test(name) ? 'index' : 'metric';
}

/** When an object of JSON says it was. A count of iterations is a step where there is no epoch that it could be within. */
export function pointOf(object: JsonObject): Point {
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
  if (point.epoch === undefined && iteration !== undefined) point.step ??= iteration;
  return point;
}

/** The metrics of an object of JSON: every number that is not part of `pointOf`. */
export function* metricsOf(object: JsonObject): Generator<[string, number]> {
  for (const entry of numbersOf(object)) {
    const kind = kindOf(entry[0]);
    if (kind === 'metric' || (kind === 'time' && secondsOf(entry[1]) === undefined)) yield entry;
  }
}
