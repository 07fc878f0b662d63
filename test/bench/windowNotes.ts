// What the bench and its part in the extension host say to each other.
import type { LongestBlock } from './loopWatch';

/** Marks what is told, among other lines of the console. */
export const MARK = '@apd-bench ';

/** Models with their data; paths are absolute. */
export interface WindowCase {
  title: string;
  models: string[];
  data: string;
  labels: string;
  scaling: { scale?: string; mean?: string; std?: string };
}

/** What is to be done in a window; comes by the variable APD_BENCH. */
export type WindowOrder =
  { kind: 'click'; case: WindowCase } | { kind: 'work'; case: WindowCase; out: string };

/** What the host tells. Times of the clock are milliseconds since 1970. */
export type WindowNote =
  /** `engine`: whether its process ran already. */
  | { kind: 'command'; engine: boolean; at: number }
  | { kind: 'block'; doing: string; block: LongestBlock; took: number }
  | { kind: 'failed'; message: string };
