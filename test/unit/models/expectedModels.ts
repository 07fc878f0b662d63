import { readFileSync } from 'node:fs';
import type { BackendChoice } from '../../../src/models/options';
import type { TensorData } from '../../../src/models/runner';

/** What PyTorch, onnx's reference evaluator or NumPy made of a model (see test/fixtures/models/make.py). */
export interface Expected {
  input: number[][];
  layers: { activation: string; breakpoints: number[]; units: number; patterns: string[] }[];
  predicted: number[];
  labels?: number[];
}

export const engines: readonly BackendChoice[] = ['node', 'wasm'];

/** Path of a small model. */
export function modelPath(name: string): string {
  return `test/fixtures/models/${name}.onnx`;
}

/** Everything in expected.json, by model. */
export function expectations(): Record<string, Expected> {
  return JSON.parse(readFileSync('test/fixtures/models/expected.json', 'utf8')) as Record<string, Expected>;
}

/** Rows of numbers as one batch. Every number in expected.json is exact in float32. */
export function batchOf(rows: number[][]): Float32Array {
  return Float32Array.from(rows.flat());
}

/** Activation patterns of a tap, one digit a unit: how many breakpoints lie below. */
export function patternsOf(tap: TensorData, units: number, breakpoints: readonly number[]): string[] {
  const pieces = Array.from(tap, (z) => breakpoints.filter((b) => b < z).length);
  return Array.from({ length: tap.length / units }, (_, row) =>
    pieces.slice(row * units, (row + 1) * units).join(''),
  );
}
