import type { LogRow, TrainingLog } from '../formats/log';
import { epochOfRow } from '../formats/mergeByEpoch';

/** What of a log is needed to find the rows of checkpoints. */
export type MatchableLog = Pick<TrainingLog, 'rows' | 'firstEpoch' | 'tool'>;

/** A row that was found, and how it fits. */
export interface FoundRow {
  row: number;
  reason: string;
}

/** Steps of a log that has only those and may mean epochs by them. */
const MOST_EPOCHS = 10_000;

/** Finds rows by epoch and by step. Of several attempts in one file the last that has an epoch or step counts. */
export class RowIndex {
  /** The number of the first epoch. */
  readonly firstEpoch: 0 | 1 | undefined;
  /** True where the log has steps alone, and these count epochs. */
  readonly stepsAreEpochs: boolean;
  readonly lastEpoch?: number;
  readonly lastStep?: number;
  /** Rows of each epoch, of its last attempt. */
  private readonly ofEpoch = new Map<number, number[]>();
  /** Rows with a step, by step. */
  private readonly bySteps: number[];
  private readonly attempts = new Map<number, number>();

  constructor(private readonly log: MatchableLog) {
    const { rows } = log;
    this.stepsAreEpochs = stepsCountEpochs(rows);
    this.firstEpoch = this.stepsAreEpochs ? firstOf(rows) : log.firstEpoch;
    rows.forEach((row, index) => this.addEpoch(row, index));
    this.bySteps = rows.map((_, index) => index).filter((index) => rows[index].step !== undefined);
    // Stable: of the same step the later row is behind.
    this.bySteps.sort((a, b) => rows[a].step! - rows[b].step!);
    for (const epoch of this.ofEpoch.keys()) this.lastEpoch = Math.max(this.lastEpoch ?? epoch, epoch);
    const last = this.bySteps.at(-1);
    this.lastStep = last === undefined ? undefined : rows[last].step;
  }

  get hasEpochs(): boolean {
    return this.ofEpoch.size > 0;
  }

  get hasSteps(): boolean {
    return this.bySteps.length > 0 && !this.stepsAreEpochs;
  }

  /** Epochs with the rows of each, in the order in which they came. */
  get epochs(): ReadonlyMap<number, readonly number[]> {
    return this.ofEpoch;
  }

  /** Rows with steps in their order. */
  get steps(): readonly number[] {
    return this.bySteps;
  }

  epochOf(row: number): number | undefined {
    return this.stepsAreEpochs ? this.log.rows[row].step : epochOfRow(this.log.rows[row]);
  }

  /** How often the log went through an epoch. */
  attemptsOf(epoch: number): number {
    return this.attempts.get(epoch) ?? 0;
  }

  /** Last row of an epoch; with a step, the last one up to that. */
  findEpoch(epoch: number, step?: number): number | undefined {
    const found = this.ofEpoch.get(epoch);
    if (!found || step === undefined) return found?.at(-1);
    return found.findLast((row) => (this.log.rows[row].step ?? Infinity) <= step) ?? found[0];
  }

  /** The row of a step: that step, or (Lightning counts them from 0) the one before it, or the last row before it. */
  findStep(step: number): FoundRow | string {
    const { rows, tool } = this.log;
    const { bySteps } = this;
    if (bySteps.length === 0) return 'the log tells no steps';
    const behind = this.countUpTo(step);
    if (behind === 0) return `the log begins at step ${rows[bySteps[0]].step}`;
    const row = bySteps[behind - 1];
    const found = rows[row].step!;
    if (found === step) return { row, reason: `step ${step}` };
    if (tool === 'lightning' && found === step - 1) {
      return { row, reason: `step ${step}, which Lightning logs as ${found}` };
    }
    if (behind === bySteps.length) return `the log ends at step ${found}`;
    return { row, reason: `the last row before step ${step}, which is of step ${found}` };
  }

  /** How many rows have at most this step. */
  private countUpTo(step: number): number {
    let low = 0;
    let high = this.bySteps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.log.rows[this.bySteps[middle]].step! <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private addEpoch(row: LogRow, index: number): void {
    const epoch = this.epochOf(index);
    if (epoch === undefined) return;
    const known = this.ofEpoch.get(epoch);
    const sameAttempt = known && this.log.rows[known[0]].attempt === row.attempt;
    if (!sameAttempt) this.attempts.set(epoch, this.attemptsOf(epoch) + 1);
    if (sameAttempt) known.push(index);
    else this.ofEpoch.set(epoch, [index]);
  }
}

/** Steps 0, 1, 2, … or 1, 2, 3, … in a log without epochs, as `add_scalar('loss', loss, epoch)` writes them. */
function stepsCountEpochs(rows: readonly LogRow[]): boolean {
  if (rows.length === 0 || rows.some(({ epoch }) => epoch !== undefined)) return false;
  const steps = [...new Set(rows.map(({ step }) => step!))].sort((a, b) => a - b);
  const [first] = steps;
  return (
    steps.length <= MOST_EPOCHS &&
    (first === 0 || first === 1) &&
    steps.every((step, index) => step === first + index)
  );
}

function firstOf(rows: readonly LogRow[]): 0 | 1 {
  return rows.some(({ step }) => step === 0) ? 0 : 1;
}
