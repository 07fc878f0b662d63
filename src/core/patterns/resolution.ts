import { nodesOf, singletonCount, type LevelNodes } from '../nodes';
import type { PackedPatterns } from './packing';
import { prototypeSteps } from '../prototypes/fit';
import type { RecordedLevel } from './snapshot';
import { finishSteps, type WorkSteps } from '../workSteps';

/**
 * What the nodes of a level are: its exact patterns, or `K` prototype patterns. `auto` is exact where at most half of
 * the instances are alone in their pattern, and else {@link autoPrototypes}.
 */
export type Resolution = 'auto' | 'exact' | number;

/** Prototypes of a level that is shown coarser than it is when nothing else is asked for. */
export const USUAL_PROTOTYPES = 64;

/** Instances that a prototype should stand for: fewer say nothing of a group. */
const INSTANCES_PER_PROTOTYPE = 10;

/** Prototypes that so many instances are shown in: the usual number, but about ten instances for each, and two at least. */
export function autoPrototypes(instances: number): number {
  return Math.min(USUAL_PROTOTYPES, Math.max(2, Math.round(instances / INSTANCES_PER_PROTOTYPE)));
}

/** A level at the resolution that it is shown in. */
export interface ResolvedLevel {
  nodes: LevelNodes;
  /** `exact`, or the number of prototypes. */
  resolution: 'exact' | number;
  /** Mean Hamming distance of the instances to their prototype, in units; 0 when exact. */
  distance: number;
  /** Exact patterns there are; undefined where they were not kept. */
  exactPatterns?: number;
  /** Instances that are alone in their exact pattern; undefined where patterns were not kept. */
  exactSingletons?: number;
  /** Pattern of each node. */
  patterns: PackedPatterns;
  /** Said when the resolution is not the one asked for. */
  notice?: string;
}

/**
 * What a level is shown in when a resolution is asked for: `exact`, or a number of prototypes below that of its patterns.
 */
export function wantedResolution(level: RecordedLevel, resolution: Resolution): 'exact' | number {
  if (level.coarse) return level.coarse.modes.count;
  const { exact } = level;
  const wanted =
    resolution === 'auto'
      ? 2 * singletonCount(exact.occurrences) <= exact.of.length
        ? 'exact'
        : autoPrototypes(exact.of.length)
      : resolution;
  return wanted === 'exact' || wanted >= exact.count ? 'exact' : wanted;
}

/**
 * Resolves a level.
 * @param earlier the level at the snapshot before, so that its prototypes go on; its instances must be the same, in the
 *   same order
 */
export function resolveLevel(
  level: RecordedLevel,
  resolution: Resolution,
  earlier?: ResolvedLevel,
): ResolvedLevel {
  return finishSteps(resolveSteps(level, resolution, earlier));
}

/** `resolveLevel` in steps: fitting the prototypes of a wide level takes seconds. */
export function* resolveSteps(
  level: RecordedLevel,
  resolution: Resolution,
  earlier?: ResolvedLevel,
): WorkSteps<ResolvedLevel> {
  if (level.coarse) return resolveCoarse(level, resolution);
  const { exact } = level;
  const singletons = singletonCount(exact.occurrences);
  const wanted = wantedResolution(level, resolution);
  const counts = { exactPatterns: exact.count, exactSingletons: singletons };
  if (wanted === 'exact') {
    const { count, of, occurrences, first, patterns } = exact;
    return {
      nodes: { count, of, occurrences, first },
      resolution: 'exact',
      distance: 0,
      patterns,
      ...counts,
    };
  }
  const goesOn =
    earlier !== undefined && earlier.resolution === wanted && earlier.nodes.of.length === exact.of.length;
  const start = goesOn
    ? { instancePattern: exact.of, instancePrototype: earlier.nodes.of, count: earlier.nodes.count }
    : undefined;
  const prototypes = yield* prototypeSteps(exact.patterns, exact.occurrences, wanted, { start });
  const of = exact.of.map((pattern) => prototypes.assignment[pattern]);
  let distance = 0;
  for (let p = 0; p < exact.count; p++) distance += prototypes.distance[p] * exact.occurrences[p];
  return {
    nodes: nodesOf(of, prototypes.count),
    resolution: wanted,
    distance: distance / of.length,
    patterns: prototypes.modes,
    ...counts,
  };
}

function resolveCoarse(level: RecordedLevel & { exact?: undefined }, resolution: Resolution): ResolvedLevel {
  const { modes, of, distance } = level.coarse;
  let sum = 0;
  for (const d of distance) sum += d;
  const other = resolution !== 'auto' && resolution !== modes.count;
  return {
    nodes: nodesOf(of, modes.count),
    resolution: modes.count,
    distance: sum / of.length,
    patterns: modes,
    notice: other
      ? `${level.layer.name}: only ${modes.count} prototypes were recorded, its exact patterns passed the limit`
      : undefined,
  };
}
