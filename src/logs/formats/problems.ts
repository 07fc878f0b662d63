import { KEPT_PROBLEMS, type LogPlace, type LogProblem } from './log';

/** Counts what could not be read, and keeps the first of it. */
export class Problems {
  readonly kept: LogProblem[] = [];
  count = 0;
  private readonly told = new Set<string>();

  add(place: LogPlace, text: string): void {
    this.count++;
    if (this.kept.length < KEPT_PROBLEMS) this.kept.push({ place, text });
  }

  /** `add`, once for all things of a kind. */
  addOnce(kind: string, place: LogPlace, text: string): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.add(place, text);
  }
}
