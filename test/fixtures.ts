import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packIndices, type PackedPatterns } from '../src/core/patterns/packing';

/** Folder of the reference results that the authors' code wrote. */
export const FIXTURES_FOLDER = path.resolve('test/fixtures');

/** An APDF as the authors' code wrote it. */
export interface ReferenceApdf {
  instance: Int32Array;
  label: Int32Array;
  output: Int32Array;
  /** For each layer the digit string of each instance. */
  layers: string[][];
}

/** What the authors' code counted. */
export interface Expected {
  patterns_per_layer: number[][];
  accuracy: number[];
  clusters: number;
  hidden: number[];
  instances: number;
  forgetting_events: Record<
    string,
    { status: boolean; 'learning-events': number[]; 'forget-events': number[] }
  >;
}

/** Rows of a simple CSV file without its header. */
function readRows(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => line.trim().split(','));
}

/** Path of a file of one of the reference sets: moons, iris, digits. */
export function fixture(set: string, file: string): string {
  return path.join(FIXTURES_FOLDER, set, file);
}

/** Number of a snapshot as the fixtures' names have it: 8 → '008'. */
export function epochName(epoch: number): string {
  return String(epoch).padStart(3, '0');
}

/** The reference APDF of one epoch. */
export function readReferenceApdf(set: string, epoch: number): ReferenceApdf {
  const rows = readRows(fixture(set, `apdf-${epochName(epoch)}.csv`));
  const column = (c: number) => Int32Array.from(rows, (row) => Number(row[c]));
  const layers = rows[0].slice(3).map((_, l) => rows.map((row) => row[3 + l]));
  return { instance: column(0), label: column(1), output: column(2), layers };
}

/** The reference counts of a set. */
export function readExpected(set: string): Expected {
  return JSON.parse(readFileSync(fixture(set, 'expected.json'), 'utf8')) as Expected;
}

/** Cluster of each instance in the reference partition of the last epoch. */
export function readReferenceClusters(set: string, epoch: number): Int32Array {
  const rows = readRows(fixture(set, `clusters-${epochName(epoch)}.csv`));
  const clusters = new Int32Array(rows.length);
  for (const row of rows) clusters[Number(row[0])] = Number(row[2]);
  return clusters;
}

/** Digit strings as packed patterns. */
export function packStrings(strings: string[], planes = 1): PackedPatterns {
  const pieces = strings.flatMap((text) => Array.from(text, Number));
  return packIndices(pieces, strings.length, strings[0].length, planes);
}
