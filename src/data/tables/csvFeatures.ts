import { InputError } from '../../core/errors';
import { checkRequest, forEachRun } from '../arrays/arrayFeatures';
import { resolveAxes } from '../arrays/axes';
import { columnTitle } from './csvColumns';
import type { CsvTable } from './csvTable';
import type { AxisOrder, Features, InstancePlace } from '../dataset';
import type { Numbers } from '../arrays/elements';
import { placeWithinFile } from '../instancePlaceText';

/** The numbers of a table, a row an instance. */
export class CsvFeatures implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  readonly axes: AxisOrder;

  constructor(
    private readonly table: CsvTable,
    wantedAxes: AxisOrder | undefined,
  ) {
    this.count = table.numbers.count;
    this.shape = [table.numbers.columns];
    this.axes = resolveAxes(this.shape, wantedAxes, table.file);
  }

  place(index: number): InstancePlace {
    return { file: this.table.file, line: this.table.lines[index], index: this.table.rows[index] };
  }

  read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    const { numbers } = this.table;
    try {
      checkRequest(indices, this.count, numbers.columns, out);
      forEachRun(indices, indices.length, (first, rows, at) => {
        const bad = numbers.copy(first, rows, out, at);
        if (bad >= 0) {
          const index = indices[Math.floor(bad / numbers.columns)];
          throw this.tooLarge(index, bad % numbers.columns);
        }
      });
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return Promise.resolve();
  }

  private tooLarge(index: number, feature: number): InputError {
    const { roles, file, numbers } = this.table;
    const title = columnTitle(roles, roles.features[feature]);
    const value = numbers.value(index, feature);
    return new InputError(
      file,
      `${title} is ${value}, which is beyond the range of float32`,
      placeWithinFile(this.place(index)),
    );
  }
}
