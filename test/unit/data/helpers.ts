import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import type { Dataset, Features } from '../../../src/data/dataset';
import { openDataset, type DatasetOptions } from '../../../src/data/openDataset';
import { temporaryFolder } from '../../helpers/setup';

export const FIXTURES = path.join('test', 'fixtures', 'data');

/** Path of a fixture of this room. */
export function fixture(name: string): string {
  return path.join(FIXTURES, name);
}

/** What NumPy and Pillow say the fixtures hold. */
export const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Record<
  string,
  { shape: number[]; values: number[] }
>;

/** Files in a temporary folder of a `describe`. @returns writes one, where a content is given, and tells its path */
export function temporaryFiles(): (name: string, content?: string | Uint8Array) => string {
  const at = temporaryFolder();
  return (name, content) => {
    const file = at(name);
    if (content !== undefined) writeFileSync(file, content);
    return file;
  };
}

/** All numbers of all instances. */
export async function allNumbers(features: Features, double = true): Promise<number[]> {
  const size = features.shape.reduce((product, axis) => product * axis, features.count);
  const out = double ? new Float64Array(size) : new Float32Array(size);
  await features.read(
    Array.from({ length: features.count }, (_, index) => index),
    out,
  );
  return [...out];
}

/** Opens one file. */
export function open(file: string, options: Omit<DatasetOptions, 'data'> = {}): Promise<Dataset> {
  return openDataset({ data: [{ path: file }], ...options });
}

/** The one line an InputError tells; fails where the work succeeds or throws anything else. */
export async function problemOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    assert.ok(error instanceof InputError, `expected an InputError, got ${String((error as Error).stack)}`);
    assert.ok(!error.message.includes('\n'), `expected one line, got ${error.message}`);
    return error.message;
  }
  return assert.fail('expected an InputError, nothing was thrown');
}
