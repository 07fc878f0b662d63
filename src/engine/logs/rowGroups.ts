import type { TrainingLog } from '../../logs/formats/log';
import { RowIndex } from '../../logs/matching/rowIndex';

/** Rows that belong together. */
export interface RowGroup {
  /** Absent in logs of steps alone. */
  epoch?: number;
  attempt: number;
  /** Indices of rows: as they came, or by step in logs of steps alone. */
  rows: number[];
}

/**
 * The rows of a log by epoch and attempt, as `mergeByEpoch` has them: rows without epoch belong to that of the row that
 * follows. In logs of steps alone all rows of an attempt are one group.
 */
export class RowGroups {
  readonly index: RowIndex;
  readonly groups: RowGroup[] = [];
  /** Group of each row. */
  readonly of: RowGroup[];
  /** Position of each row in its group. */
  readonly position: Int32Array;

  constructor(readonly log: TrainingLog) {
    this.index = new RowIndex(log);
    this.of = new Array<RowGroup>(log.rows.length);
    this.position = new Int32Array(log.rows.length);
    if (this.index.hasEpochs) this.groupByEpoch();
    else this.groupByAttempt();
    for (const { rows } of this.groups) rows.forEach((row, position) => (this.position[row] = position));
  }

  /** True where the log tells epochs, or counts them by its steps. */
  get hasEpochs(): boolean {
    return this.index.hasEpochs;
  }

  /** Groups of the last attempt of each epoch (of all attempts in logs of steps alone), in their order. */
  lastAttempts(): RowGroup[] {
    if (!this.hasEpochs) return this.groups;
    const last = new Map<number, RowGroup>();
    for (const group of this.groups) last.set(group.epoch!, group);
    return this.groups.filter((group) => last.get(group.epoch!) === group);
  }

  private groupByEpoch(): void {
    const { rows } = this.log;
    const known = new Map<string, RowGroup>();
    let waiting: number[] = [];
    let current: RowGroup | undefined;
    for (let row = 0; row < rows.length; row++) {
      const epoch = this.index.epochOf(row);
      waiting.push(row);
      if (epoch === undefined) continue;
      const { attempt = 0 } = rows[row];
      if (current?.epoch !== epoch || current.attempt !== attempt) {
        const key = `${attempt} ${epoch}`;
        current = known.get(key) ?? this.begin({ epoch, attempt, rows: [] });
        known.set(key, current);
      }
      this.put(current, waiting);
      waiting = [];
    }
    if (current) this.put(current, waiting);
  }

  private groupByAttempt(): void {
    const { rows } = this.log;
    const known = new Map<number, RowGroup>();
    for (const row of this.index.steps) {
      const { attempt = 0 } = rows[row];
      const group = known.get(attempt) ?? this.begin({ attempt, rows: [] });
      known.set(attempt, group);
      this.put(group, [row]);
    }
    this.groups.sort((a, b) => a.attempt - b.attempt);
  }

  private begin(group: RowGroup): RowGroup {
    this.groups.push(group);
    return group;
  }

  private put(group: RowGroup, rows: readonly number[]): void {
    for (const row of rows) {
      group.rows.push(row);
      this.of[row] = group;
    }
  }
}
