import type { RowGroup, RowGroups } from './rowGroups';

/** A row at an epoch of the run. */
export interface Anchor {
  row: number;
  epoch: number;
}

/** Where log and run meet: own coordinate of the log, and epoch of the run. */
interface Knot {
  at: number;
  epoch: number;
}

/**
 * Places the rows of a log on the axis of a run's epochs, so that a matched row lies at the epoch of its snapshot. Between
 * those, and beyond, rows are placed by their epochs, several of one spread evenly over it; or by their steps where the log
 * has no epochs. Only the last attempt of each epoch (or step) has a place.
 * @param shift of epochs, for logs that match no snapshot
 * @param lastEpoch of the run, over which the steps of a log that matches none are spread
 * @returns a number for each row; NaN for those without place
 */
export function placeRows(
  groups: RowGroups,
  anchors: readonly Anchor[],
  shift: number,
  lastEpoch: number,
): Float64Array {
  const own = groups.hasEpochs ? placesByEpoch(groups, anchors) : placesByStep(groups);
  const knots = knotsOf(own, anchors);
  const place = placing({ knots, groups, own, shift, lastEpoch });
  return own.map(place);
}

/** Epoch e covers (e − 1, e]. Fractions of epochs done say by themselves where they are. */
function placesByEpoch(groups: RowGroups, anchors: readonly Anchor[]): Float64Array {
  const { rows } = groups.log;
  const places = new Float64Array(rows.length).fill(NaN);
  const fractional = rows.some(({ epoch }) => epoch !== undefined && !Number.isInteger(epoch));
  const matched = new Set(anchors.map(({ row }) => row));
  const ofEpochs = groups.lastAttempts();
  ofEpochs.forEach((group, g) => {
    const epoch = group.epoch!;
    if (fractional) {
      for (const row of group.rows) places[row] = rows[row].epoch ?? epoch;
      return;
    }
    const parts = partsOf(group, ofEpochs[g - 1], g === ofEpochs.length - 1, matched);
    group.rows.forEach((row, position) => (places[row] = epoch - 1 + (position + 1) / parts));
  });
  return places;
}

/** Rows that an epoch has; of one that goes on as many as the one before had, so that its rows stay where they are. */
function partsOf(
  group: RowGroup,
  before: RowGroup | undefined,
  last: boolean,
  matched: ReadonlySet<number>,
): number {
  const { length } = group.rows;
  const whole = !last || matched.has(group.rows[length - 1]);
  return whole || !before ? length : Math.max(length, before.rows.length);
}

/** Steps; those that a later attempt goes through again have none. */
function placesByStep(groups: RowGroups): Float64Array {
  const { rows } = groups.log;
  const places = new Float64Array(rows.length).fill(NaN);
  let until = Infinity;
  for (const { rows: ofAttempt } of groups.groups.toReversed()) {
    for (const row of ofAttempt) {
      const step = rows[row].step!;
      if (step < until) places[row] = step;
    }
    until = Math.min(until, rows[ofAttempt[0]].step!);
  }
  return places;
}

/**
 * Knots in ascending order of both coordinates. Matches set by hand may cross others: then as many as possible are kept
 * (longest ascending subsequence by patience sorting).
 */
function knotsOf(own: Float64Array, anchors: readonly Anchor[]): Knot[] {
  const sorted = anchors
    .map(({ row, epoch }): Knot => ({ at: own[row], epoch }))
    .filter(({ at, epoch }) => Number.isFinite(at) && Number.isFinite(epoch))
    .sort((a, b) => a.at - b.at || b.epoch - a.epoch)
    .filter(({ at, epoch }, k, all) => k === 0 || at > all[k - 1].at || epoch < all[k - 1].epoch);
  /** For each length, the knot with the lowest epoch in which a subsequence of that length ends. */
  const ends: number[] = [];
  const before: number[] = [];
  sorted.forEach(({ epoch }, k) => {
    let length = 0;
    let high = ends.length;
    while (length < high) {
      const middle = (length + high) >> 1;
      if (sorted[ends[middle]].epoch <= epoch) length = middle + 1;
      else high = middle;
    }
    before[k] = length > 0 ? ends[length - 1] : -1;
    ends[length] = k;
  });
  const knots: Knot[] = [];
  for (let k = ends.at(-1) ?? -1; k >= 0; k = before[k]) knots.push(sorted[k]);
  return knots.reverse();
}

/** Turns the log's own coordinate into an epoch of the run: linear between knots, and beyond as on the whole. */
function placing({
  knots,
  groups,
  own,
  shift,
  lastEpoch,
}: {
  knots: Knot[];
  groups: RowGroups;
  own: Float64Array;
  shift: number;
  lastEpoch: number;
}): (at: number) => number {
  if (knots.length === 0) {
    if (groups.hasEpochs) return (at) => at - shift;
    const most = own.reduce((largest, at) => (at > largest ? at : largest), 0);
    const scale = Math.max(1, lastEpoch) / Math.max(1, most);
    return (at) => at * scale;
  }
  const [first] = knots;
  const last = knots[knots.length - 1];
  const slope = slopeOf(first, last, groups.hasEpochs);
  return (at) => {
    if (Number.isNaN(at)) return NaN;
    if (at <= first.at) return first.epoch + (at - first.at) * slope;
    if (at >= last.at) return last.epoch + (at - last.at) * slope;
    const behind = firstAfter(knots, at);
    const [a, b] = [knots[behind - 1], knots[behind]];
    // Exact at the knots, whatever rounding does between them.
    return at === a.at ? a.epoch : a.epoch + ((at - a.at) / (b.at - a.at)) * (b.epoch - a.epoch);
  };
}

function slopeOf(first: Knot, last: Knot, epochs: boolean): number {
  if (last.epoch > first.epoch) return (last.epoch - first.epoch) / (last.at - first.at);
  if (epochs) return 1;
  return (first.epoch > 0 ? first.epoch : 1) / Math.max(1, first.at);
}

function firstAfter(knots: readonly Knot[], at: number): number {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (knots[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
