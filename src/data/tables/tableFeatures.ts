import { InputError } from '../../core/errors';
import { checkRequest, forEachRun } from '../arrays/arrayFeatures';
import { resolveAxes } from '../arrays/axes';
import { columnTitle } from './csvColumns';
import type { AxisOrder, Features, InstancePlace } from '../dataset';
import type { Numbers } from '../arrays/elements';
import { placeWithinFile } from '../instancePlaceText';
import type { Table } from './table';

/** The numbers of a table, a row an instance. */
export class TableFeatures implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  readonly axes: AxisOrder;
  private readonly units: number;

  constructor(
    private readonly table: Table,
    wantedAxes: AxisOrder | undefined,
  ) {
    this.count = table.numbers.count;
    this.units = table.texts.reduce((sum, text) => sum + (text?.width ?? 1), 0);
    this.shape = table.shape ?? [this.units];
    this.axes = resolveAxes(this.shape, wantedAxes, table.file);
  }

  place(index: number): InstancePlace {
    const { file, lines, rows } = this.table;
    return lines ? { file, line: lines[index], index: rows[index] } : { file, index: rows[index] };
  }

  read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    const { columns } = this.table.numbers;
    try {
      checkRequest(indices, this.count, this.units, out);
      const hasTexts = this.table.texts.some((text) => text !== undefined);
      const size = indices.length * columns;
      const cells = hasTexts
        ? out instanceof Float32Array
          ? new Float32Array(size)
          : new Float64Array(size)
        : out;
      this.copy(indices, cells);
      if (hasTexts) this.spread(cells, out);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return Promise.resolve();
  }

  private copy(indices: ArrayLike<number>, out: Numbers): void {
    const { numbers } = this.table;
    forEachRun(indices, indices.length, (first, rows, at) => {
      const bad = numbers.copy(first, rows, out, at);
      if (bad >= 0) throw this.tooLarge(indices[Math.floor(bad / numbers.columns)], bad % numbers.columns);
    });
  }

  /** Texts become columns of 0 and a single 1; a missing one zeros. */
  private spread(cells: Numbers, out: Numbers): void {
    const { texts } = this.table;
    for (let cell = 0, at = 0; cell < cells.length; cell++) {
      const text = texts[cell % texts.length];
      if (text === undefined) {
        out[at++] = cells[cell];
        continue;
      }
      out.fill(0, at, at + text.width);
      const position = text.positionOf(cells[cell]);
      if (position >= 0) out[at + position] = 1;
      at += text.width;
    }
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
