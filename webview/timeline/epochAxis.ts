import { scaleLinear } from 'd3';
import type { LogCurve } from '../../src/protocol/logs';
import type { Timeline } from '../../src/protocol/scene';
import { snapshotPositions } from './timelineScale';

/** Epochs that differ by less are the same: files round them. */
const SAME_EPOCH = 1e-3;

/** A place on the axis that can be pointed at. */
export interface Stop {
  /** On the axis. */
  position: number;
  epoch: number;
  /** Index of the snapshot; absent where only the log has values. */
  snapshot?: number;
}

/** The axis of epochs, which snapshots and curves of a log share. */
export interface EpochAxis {
  /** Of the snapshots, as `snapshotPositions` has them. */
  positions: number[];
  /** Position of an epoch of the log. */
  placeOf(epoch: number): number;
  /** First and last position, different from each other. */
  ends: [number, number];
  /** By position. */
  stops: Stop[];
}

/** The axis over all snapshots and all values of the curves. */
export function epochAxis(timeline: Timeline, curves: readonly Pick<LogCurve, 'x'>[]): EpochAxis {
  const positions = snapshotPositions(timeline);
  const placeOf = epochPlaces(timeline.epochs, positions);
  const stops: Stop[] = positions.map((position, snapshot) => {
    return { position, epoch: timeline.epochs[snapshot], snapshot };
  });
  for (const epoch of epochsWithout(timeline.epochs, curves)) stops.push({ position: placeOf(epoch), epoch });
  stops.sort((a, b) => a.position - b.position);
  const from = stops[0]?.position ?? 0;
  const to = stops.at(-1)?.position ?? 0;
  return { positions, placeOf, ends: from < to ? [from, to] : [from - 0.5, from + 0.5], stops };
}

/** Snapshots that stand one after another have no place for epochs of their own: these lie between them. */
function epochPlaces(epochs: readonly number[], positions: readonly number[]): (epoch: number) => number {
  const anchors: { epoch: number; position: number }[] = [];
  epochs.forEach((epoch, i) => {
    const last = anchors.at(-1);
    // The values of an epoch are those at its end.
    if (last?.epoch === epoch) last.position = positions[i];
    else if (!last || epoch > last.epoch) anchors.push({ epoch, position: positions[i] });
  });
  if (anchors.length === 0) return (epoch) => epoch;
  if (anchors.length === 1) return (epoch) => anchors[0].position + epoch - anchors[0].epoch;
  return scaleLinear(
    anchors.map(({ epoch }) => epoch),
    anchors.map(({ position }) => position),
  );
}

/** Epochs with values but without snapshot, rising. */
function epochsWithout(snapshots: readonly number[], curves: readonly Pick<LogCurve, 'x'>[]): number[] {
  const taken = new Set(snapshots.map(rounded));
  const found = new Map<number, number>();
  for (const { x } of curves) {
    for (const epoch of x) {
      const key = rounded(epoch);
      if (!taken.has(key)) found.set(key, epoch);
    }
  }
  return [...found.values()].sort((a, b) => a - b);
}

function rounded(epoch: number): number {
  return Math.round(epoch / SAME_EPOCH);
}

/**
 * The stop nearest to a place on the axis; a snapshot before others that are a little nearer.
 * @param reach within which a snapshot goes first, on the axis
 */
export function nearestStop(stops: readonly Stop[], at: number, reach: number): Stop | undefined {
  let [low, high] = [0, stops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops[middle].position < at) low = middle + 1;
    else high = middle;
  }
  const distance = ({ position }: Stop) => Math.abs(position - at);
  let best: Stop | undefined;
  let snapshot: Stop | undefined;
  const look = (stop: Stop) => {
    if (!best || distance(stop) < distance(best)) best = stop;
    const near = stop.snapshot !== undefined && distance(stop) <= reach;
    if (near && (!snapshot || distance(stop) < distance(snapshot))) snapshot = stop;
  };
  for (let i = low; i < stops.length && (i === low || distance(stops[i]) <= reach); i++) look(stops[i]);
  for (let i = low - 1; i >= 0 && (i === low - 1 || distance(stops[i]) <= reach); i--) look(stops[i]);
  return snapshot ?? best;
}

/** An epoch that may be written on the axis. */
export interface NamedEpoch {
  position: number;
  epoch: number;
}

/**
 * What may be written on the axis: the epochs of snapshots, both ends, and whole epochs between them where the log goes
 * beyond the snapshots.
 * @param count of whole epochs, about
 */
export function namedEpochs(
  { positions, stops, ends }: EpochAxis,
  epochs: readonly number[],
  count: number,
): NamedEpoch[] {
  const named = new Map<number, number>(positions.map((position, i) => [position, epochs[i]]));
  for (const stop of [stops[0], stops.at(-1)]) if (stop) named.set(stop.position, stop.epoch);
  const byEpoch = positions.every((position, i) => position === epochs[i]);
  if (byEpoch && positions.length < stops.length) {
    for (const epoch of scaleLinear(ends, [0, 1]).ticks(count)) {
      if (Number.isInteger(epoch)) named.set(epoch, epoch);
    }
  }
  return [...named].sort(([a], [b]) => a - b).map(([position, epoch]) => ({ position, epoch }));
}
