import type { LogPlace, LogRow } from './log';
import type { Problems } from './problems';
import { oneLine } from '../../core/wording';

/** How much of a log is held. */
export interface RowLimits {
  rows: number;
  /** Values of metrics in all rows together. */
  values: number;
  /** Different metrics. */
  names: number;
}

/** Some 100 MB at most. */
export const usualRowLimits: RowLimits = { rows: 262_144, values: 2_000_000, names: 1000 };

/** Longest name of a metric. */
const LONGEST_NAME = 200;
/** Rows looked back at for one that a new line belongs to: train and validation lines of one moment are neighbours. */
const LOOK_BACK = 16;

/** What a line or record says: when, and what. */
export interface Point {
  epoch?: number;
  step?: number;
  /** A count that may be of steps since the start, or begin anew in every epoch: the rows that follow show which. */
  iteration?: number;
  time?: number;
}

/**
 * The rows of a log as they come, those of one moment made one: `recent` looks at the last rows only, and takes an epoch
 * (or step) that goes back as a new attempt; `anywhere` finds the row wherever it is, for files whose metrics come one
 * after the other. When there are too many rows, every second is left out, the last of an epoch last of all.
 */
export class RowStore {
  rows: LogRow[] = [];
  readonly names = new Set<string>();
  thinned = 0;
  /** First epoch that was seen, and the lowest. */
  firstEpoch?: number;
  lowestEpoch?: number;
  private values = 0;
  private changed = Infinity;
  private attempt = 0;
  private attemptStart = 0;
  private lastEpoch?: number;
  private lastStep?: number;
  /** Whether iterations begin anew with the epoch, or steps are told besides: then they are no steps. */
  private iterationsRestart = false;
  private lastIteration?: { epoch: number; iteration: number };
  private readonly byMoment = new Map<string, number>();

  constructor(
    private readonly problems: Problems,
    private readonly merging: 'recent' | 'anywhere' = 'recent',
    private readonly limits: RowLimits = usualRowLimits,
  ) {}

  /** Index of the first row that changed since this was last asked. */
  takeChanged(): number {
    const from = Math.min(this.changed, this.rows.length);
    this.changed = Infinity;
    return from;
  }

  /** Adds what one line or record says. */
  add(told: Point, metrics: Iterable<readonly [string, number]>, place: LogPlace): void {
    const point = this.withStep(told);
    if (this.merging === 'recent') this.noticeRestart(point);
    this.noticeEpoch(point.epoch);
    const found = this.find(point);
    if (found < 0 && this.rows.length >= this.limits.rows) this.thin();
    const index = found < 0 ? this.rows.length : found;
    if (found < 0) this.append(point, place);
    const row = this.rows[index];
    if (found >= 0) mergePoint(row, point, place);
    for (const [name, value] of metrics) this.setMetric(row, name, value);
    this.changed = Math.min(this.changed, index);
    if (this.values > this.limits.values) this.thin();
  }

  /** Rows that go on from here without changing these; of `recent` merging only. */
  copy(problems: Problems): RowStore {
    const copy = new RowStore(problems, this.merging, this.limits);
    const settled = Math.max(0, this.rows.length - LOOK_BACK);
    copy.rows = this.rows.slice(0, settled);
    for (const row of this.rows.slice(settled)) {
      copy.rows.push({ ...row, metrics: { ...row.metrics }, place: { ...row.place } });
    }
    for (const name of this.names) copy.names.add(name);
    copy.thinned = this.thinned;
    copy.firstEpoch = this.firstEpoch;
    copy.lowestEpoch = this.lowestEpoch;
    copy.values = this.values;
    copy.attempt = this.attempt;
    copy.attemptStart = this.attemptStart;
    copy.lastEpoch = this.lastEpoch;
    copy.lastStep = this.lastStep;
    copy.iterationsRestart = this.iterationsRestart;
    copy.lastIteration = this.lastIteration;
    return copy;
  }

  /** The point with its iteration taken for a step, as long as nothing shows that it begins anew with the epoch. */
  private withStep({ iteration, ...point }: Point): Point {
    if (point.step !== undefined) {
      this.iterationsRestart = true;
      return point;
    }
    if (iteration === undefined || this.iterationsRestart) return point;
    if (point.epoch === undefined) return { ...point, step: iteration };
    const { lastIteration: last } = this;
    this.lastIteration = { epoch: point.epoch, iteration };
    const back = last && point.epoch >= last.epoch && iteration < last.iteration;
    const again = last && point.epoch > last.epoch && iteration === last.iteration;
    if (!back && !again) return { ...point, step: iteration };
    this.iterationsRestart = true;
    this.forgetSteps();
    return point;
  }

  /** Rows of an epoch become one: their steps were places within it. */
  private forgetSteps(): void {
    const kept: LogRow[] = [];
    let attemptStart = this.attemptStart >= this.rows.length ? Infinity : 0;
    this.rows.forEach((row, index) => {
      if (index === this.attemptStart) attemptStart = kept.length;
      const last = kept.at(-1);
      if (row.epoch !== undefined && last?.epoch === row.epoch && last.attempt === row.attempt) {
        // The row may be shared with a copy of the store.
        kept[kept.length - 1] = joinRows(last, row);
        return;
      }
      const copy = { ...row };
      if (row.epoch !== undefined) delete copy.step;
      kept.push(copy);
    });
    this.rows = kept;
    this.attemptStart = Math.min(attemptStart, kept.length);
    this.values = kept.reduce((sum, row) => sum + Object.keys(row.metrics).length, 0);
    this.changed = 0;
  }

  private append(point: Point, place: LogPlace): void {
    const row: LogRow = { metrics: {}, place: { ...place } };
    if (point.epoch !== undefined) row.epoch = point.epoch;
    if (point.step !== undefined) row.step = point.step;
    if (point.time !== undefined) row.time = point.time;
    if (this.attempt > 0) row.attempt = this.attempt;
    if (this.merging === 'anywhere') this.byMoment.set(keyOf(point), this.rows.length);
    this.rows.push(row);
  }

  private noticeEpoch(epoch: number | undefined): void {
    if (epoch === undefined) return;
    this.firstEpoch ??= epoch;
    this.lowestEpoch = Math.min(this.lowestEpoch ?? epoch, epoch);
  }

  private setMetric(row: LogRow, name: string, value: number): void {
    if (!this.names.has(name)) {
      if (name.length > LONGEST_NAME || name === '__proto__') {
        const text = `the name ${oneLine(name)} cannot be that of a metric`;
        this.problems.addOnce('name', row.place, text);
        return;
      }
      if (this.names.size >= this.limits.names) {
        const text = `there are more than ${this.limits.names} metrics; ${oneLine(name)} and others are not read`;
        this.problems.addOnce('names', row.place, text);
        return;
      }
      this.names.add(name);
    }
    if (!Object.hasOwn(row.metrics, name)) this.values++;
    row.metrics[name] = value;
  }

  private find(point: Point): number {
    if (this.merging === 'anywhere') return this.byMoment.get(keyOf(point)) ?? -1;
    const until = Math.max(this.attemptStart, this.rows.length - LOOK_BACK);
    for (let index = this.rows.length - 1; index >= until; index--) {
      if (sameMoment(this.rows[index], point)) return index;
    }
    return -1;
  }

  private noticeRestart({ epoch, step }: Point): void {
    const back =
      epoch !== undefined && this.lastEpoch !== undefined
        ? epoch < this.lastEpoch
        : step !== undefined && this.lastStep !== undefined && step < this.lastStep;
    if (back) {
      this.attempt++;
      this.attemptStart = this.rows.length;
      this.lastEpoch = undefined;
      this.lastStep = undefined;
    }
    this.lastEpoch = epoch ?? this.lastEpoch;
    this.lastStep = step ?? this.lastStep;
  }

  /** Leaves out every second row that is not the last of its epoch, or where those are few, every second of all. */
  private thin(): void {
    const { rows } = this;
    const lastOfEpoch = (index: number) =>
      rows[index].epoch !== undefined && rows[index].epoch !== rows[index + 1]?.epoch;
    const within = rows.reduce((count, _, index) => count + (lastOfEpoch(index) ? 0 : 1), 0);
    const spare = within > rows.length / 4;
    // The last row stays whatever happens: lines to come may belong to it.
    const last = rows.length - 1;
    const kept: LogRow[] = [];
    let attemptStart = 0;
    let turn = 0;
    rows.forEach((row, index) => {
      if (index === this.attemptStart) attemptStart = kept.length;
      const stays = index === last || (spare && lastOfEpoch(index)) || turn++ % 2 === 1;
      if (stays) kept.push(row);
    });
    this.attemptStart = this.attemptStart >= rows.length ? kept.length : attemptStart;
    this.thinned += rows.length - kept.length;
    this.rows = kept;
    this.values = kept.reduce((sum, row) => sum + Object.keys(row.metrics).length, 0);
    this.changed = 0;
    if (this.merging === 'anywhere') {
      this.byMoment.clear();
      kept.forEach((row, index) => this.byMoment.set(keyOf(row), index));
    }
  }
}

/** One row of two: of each metric the later value. */
function joinRows(first: LogRow, second: LogRow): LogRow {
  const joined = { ...first, metrics: { ...first.metrics, ...second.metrics }, place: { ...first.place } };
  if (second.time !== undefined) joined.time = second.time;
  widen(joined.place, second.place);
  return joined;
}

function keyOf({ epoch, step }: Point): string {
  return step === undefined ? `epoch ${epoch}` : `step ${step}`;
}

/** Whether a line belongs to a row: the same step, or without steps the same epoch. */
function sameMoment(row: LogRow, { epoch, step }: Point): boolean {
  if (step !== undefined && row.step !== undefined) {
    return step === row.step && (epoch === undefined || row.epoch === undefined || epoch === row.epoch);
  }
  return step === undefined && row.step === undefined && epoch === row.epoch;
}

function mergePoint(row: LogRow, point: Point, place: LogPlace): void {
  if (point.epoch !== undefined) row.epoch = point.epoch;
  if (point.time !== undefined) row.time = point.time;
  widen(row.place, place);
}

/** Makes a place take in another one. */
export function widen(place: LogPlace, other: LogPlace): void {
  if (other.line !== undefined) {
    const end = Math.max(place.endLine ?? place.line ?? 0, other.endLine ?? other.line);
    place.line = Math.min(place.line ?? other.line, other.line);
    place.endLine = end;
  }
  if (other.byteFrom !== undefined && other.byteTo !== undefined) {
    place.byteFrom = Math.min(place.byteFrom ?? other.byteFrom, other.byteFrom);
    place.byteTo = Math.max(place.byteTo ?? other.byteTo, other.byteTo);
  }
}
