import { contingency } from '../contingency';
import { emptyPatterns, type PackedPatterns } from '../patterns/packing';
import type { WorkSteps } from '../workSteps';
import { writeMode } from './majority';

/** Where prototypes start from: the instances of this snapshot with the prototypes that they had in the one before. */
export interface PrototypeStart {
  /** Pattern of each instance in this snapshot. */
  instancePattern: Int32Array;
  /** Prototype of each instance in the snapshot before; −1 where it had none. */
  instancePrototype: Int32Array;
  /** Number of prototypes of the snapshot before. */
  count: number;
}

/** How many instances have a pattern now and a prototype before; by prototype, then by pattern. */
interface SharedInstances {
  patterns: Int32Array;
  prototypes: Int32Array;
  instances: Int32Array;
}

function sharedInstances(start: PrototypeStart, patternCount: number): SharedInstances {
  const { instancePattern, instancePrototype, count } = start;
  // Instances without a prototype are a last row, which is left out.
  const prototypeOf = instancePrototype.map((prototype) => (prototype < 0 ? count : prototype));
  const table = contingency(prototypeOf, count + 1, instancePattern, patternCount);
  const pairs = table.offsets[count];
  const prototypes = new Int32Array(pairs);
  for (let p = 0; p < count; p++) prototypes.fill(p, table.offsets[p], table.offsets[p + 1]);
  return { patterns: table.column.subarray(0, pairs), prototypes, instances: table.count.subarray(0, pairs) };
}

/**
 * In steps: modes of the patterns that the instances of each former prototype have now.
 * @param k prototypes to make room for, at least the former ones
 * @returns the modes, and which of them have instances (ascending); the others are all 0
 */
export function* startModes(
  patterns: PackedPatterns,
  start: PrototypeStart,
  k: number,
): WorkSteps<{ modes: PackedPatterns; live: Int32Array }> {
  const modes = emptyPatterns(k, patterns.units, patterns.planes);
  const shared = sharedInstances(start, patterns.count);
  const live: number[] = [];
  let begin = 0;
  while (begin < shared.prototypes.length) {
    const prototype = shared.prototypes[begin];
    let end = begin;
    while (end < shared.prototypes.length && shared.prototypes[end] === prototype) end++;
    const members = { rows: shared.patterns, weights: shared.instances, begin, end };
    writeMode(patterns, members, modes, prototype);
    live.push(prototype);
    begin = end;
    yield;
  }
  return { modes, live: Int32Array.from(live) };
}

/**
 * A prototype for each single pattern: the former one with which it shares most instances that no other pattern has taken,
 * else the lowest free one.
 * @param k prototypes there are, at least as many as patterns
 * @returns the prototype of each pattern, and which of them are new
 */
export function matchPatterns(
  patternCount: number,
  start: PrototypeStart,
  k: number,
): { assignment: Int32Array; reborn: number[] } {
  const shared = sharedInstances(start, patternCount);
  const order = Array.from(shared.instances.keys());
  // Sorting is stable: as many shared instances keep the order by prototype, then pattern.
  order.sort((a, b) => shared.instances[b] - shared.instances[a]);
  const assignment = new Int32Array(patternCount).fill(-1);
  const taken = new Uint8Array(k);
  for (const at of order) {
    const pattern = shared.patterns[at];
    const prototype = shared.prototypes[at];
    if (assignment[pattern] >= 0 || taken[prototype]) continue;
    assignment[pattern] = prototype;
    taken[prototype] = 1;
  }
  const reborn: number[] = [];
  for (let pattern = 0; pattern < patternCount; pattern++) {
    if (assignment[pattern] >= 0) continue;
    const free = taken.indexOf(0);
    assignment[pattern] = free;
    taken[free] = 1;
    reborn.push(free);
  }
  return { assignment, reborn: reborn.sort((a, b) => a - b) };
}
