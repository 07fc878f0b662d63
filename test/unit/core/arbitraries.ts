import fc from 'fast-check';
import { nodesOf, type LevelNodes } from '../../../src/core/nodes';

/** Random instances as the mathematics sees them. */
export interface Instances {
  /** Node of each instance, by level. */
  levels: number[][];
  predicted: number[];
  labels: number[];
}

/** How large the random instances get. */
export interface Sizes {
  instances?: number;
  levels?: number;
  nodes?: number;
  classes?: number;
}

/** A list of `length` numbers 0 … below − 1. */
export function numbers(length: number, below: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: below - 1 }), { minLength: length, maxLength: length });
}

/** Few nodes and classes, so that most of them are shared; nodes may be left without instances. */
export function instancesArbitrary({
  instances = 40,
  levels = 4,
  nodes = 6,
  classes = 4,
}: Sizes = {}): fc.Arbitrary<Instances> {
  return fc.integer({ min: 1, max: instances }).chain((count) =>
    fc.record({
      levels: fc.array(numbers(count, nodes), { minLength: 1, maxLength: levels }),
      predicted: numbers(count, classes),
      labels: numbers(count, classes),
    }),
  );
}

/** Nodes of a level from the node of each instance; numbers up to the largest are nodes, some perhaps empty. */
export function levelNodes(of: number[]): LevelNodes {
  return nodesOf(Int32Array.from(of), Math.max(...of) + 1);
}

/** Digit strings of one length, few enough that they repeat. */
export function patternStrings(options: {
  rows: number;
  units: number;
  pieces?: number;
  distinct?: number;
}): fc.Arbitrary<string[]> {
  const { rows, units, pieces = 2, distinct = 12 } = options;
  return fc
    .record({ units: fc.integer({ min: 1, max: units }), rows: fc.integer({ min: 1, max: rows }) })
    .chain((size) =>
      fc
        .array(
          numbers(size.units, pieces).map((digits) => digits.join('')),
          { minLength: 1, maxLength: distinct },
        )
        .chain((pool) => numbers(size.rows, pool.length).map((picks) => picks.map((pick) => pool[pick]))),
    );
}
