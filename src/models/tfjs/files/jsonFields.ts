import { InputError } from '../../../core/errors';

/** A value of a JSON file. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of a JSON file. */
export interface JsonObject {
  [key: string]: Json;
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, in a word or two for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** @throws InputError when the value is no object */
export function objectAt(value: unknown, source: string, place: string): JsonObject {
  if (!isObject(value)) throw new InputError(source, `is ${kindOf(value)}, expected an object`, place);
  return value;
}

/** @throws InputError when the value is no list */
export function listAt(value: unknown, source: string, place: string): Json[] {
  if (!Array.isArray(value)) throw new InputError(source, `is ${kindOf(value)}, expected a list`, place);
  return value as Json[];
}

/** @throws InputError when the value is no text, or an empty one */
export function textAt(value: unknown, source: string, place: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new InputError(source, `is ${value === '' ? 'empty' : kindOf(value)}, expected a name`, place);
  }
  return value;
}
