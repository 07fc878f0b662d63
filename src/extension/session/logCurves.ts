import type { LogCurves, LogOptions } from '../../protocol/logs';
import type { Requests } from '../engine/engineClient';

/** Where the curves of a log come from. */
export interface CurvesSource {
  /** How logs are found and read, as it is set now. */
  options(): LogOptions;
  /** Hears why there are no curves, each message once. */
  failed(error: unknown): void;
}

/**
 * The curves of one run's log. They are read again when told; of readings that are asked for while one is under way only
 * the last is done. Failures leave the curves that are there: the diagram needs none.
 */
export class LogCurvesReader {
  curves?: LogCurves;
  private wanted?: { metrics?: string[] };
  private reading = false;
  private readonly told = new Set<string>();

  /** @param changed called when there are other curves */
  constructor(
    private readonly engine: Requests,
    private readonly folder: string,
    private readonly source: CurvesSource,
    private readonly changed: () => void,
  ) {}

  /**
   * Reads the curves.
   * @param metrics names as in the log; undefined for the usual ones
   */
  read(metrics: string[] | undefined): void {
    this.wanted = { metrics };
    if (!this.reading) void this.readAll();
  }

  private async readAll(): Promise<void> {
    this.reading = true;
    while (this.wanted) {
      const { metrics } = this.wanted;
      this.wanted = undefined;
      await this.readOnce(metrics);
    }
    this.reading = false;
  }

  private async readOnce(metrics: string[] | undefined): Promise<void> {
    const { folder, source } = this;
    try {
      const params = { folder, metrics, options: source.options() };
      const curves = await this.engine.request('log/curves', params);
      const before = this.curves;
      this.curves = curves;
      if (!before || keyOf(before) !== keyOf(curves)) this.changed();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (this.told.has(text)) return;
      this.told.add(text);
      source.failed(error);
    }
  }
}

function keyOf({ version, curves }: LogCurves): string {
  return JSON.stringify([version, ...curves.map(({ name }) => name)]);
}
