/** Times of one piece of work, in milliseconds. */
export interface Timing {
  median: number;
  least: number;
  most: number;
  /** One a round, in order. */
  samples: number[];
}

/** What was measured, as the runner lists it at the end; where there is a goal, whether it is met. */
export interface Result {
  title: string;
  measured: string;
  wanted?: string;
  met?: boolean;
}

/** True where a bench is only to show that it still runs: all is tiny, done once, and no figure means anything. */
export const SMALL = process.env.APD_BENCH_SMALL === '1';

/** A size of what is measured, or the tiny one. */
export function sized<T>(whole: T, tiny: T): T {
  return SMALL ? tiny : whole;
}

/** How often to measure. */
export interface Rounds {
  /** Rounds that are not counted, so that code is compiled and caches are warm; 2 when absent. */
  warmUp?: number;
  /** Rounds that are; 7 when absent. */
  rounds?: number;
}

type Work = () => unknown;

/** Runs a bench and prints its title. What goes wrong ends the process with 1; a goal that is missed does not. */
export function bench(title: string, body: () => Promise<void>): void {
  console.log(`\n${title}\n${'='.repeat(title.length)}`);
  body().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

/** Milliseconds that a piece of work takes. */
export async function timeOf(work: Work): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Times several pieces of work side by side: every round does each of them once, in turn, so that whatever else the
 * machine is doing meets all of them alike.
 */
export async function sideBySide<Name extends string>(
  works: Record<Name, Work>,
  { warmUp = 2, rounds = 7 }: Rounds = {},
): Promise<Record<Name, Timing>> {
  if (SMALL) [warmUp, rounds] = [0, 1];
  const names = Object.keys(works) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      // Garbage of the one work is not to be paid for by the next.
      globalThis.gc?.();
      const time = await timeOf(works[name]);
      if (round >= 0) samples.get(name)!.push(time);
    }
  }
  return Object.fromEntries(names.map((name) => [name, timing(samples.get(name)!)])) as Record<Name, Timing>;
}

/** Median and spread of times. */
export function timing(samples: number[]): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  return { median: medianOf(samples), least: sorted[0], most: sorted[sorted.length - 1], samples };
}

/** Median of the quotients of each round: noise that lasts for a round is in both and goes out. */
export function ratioOf(numerator: Timing, denominator: Timing): number {
  return medianOf(numerator.samples.map((time, round) => time / denominator.samples[round]));
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a table: the first column to the left, the others to the right. */
export function printTable(head: string[], rows: string[][]): void {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)));
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...rows]) {
    const cells = row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])));
    console.log(`  ${cells.join('  ')}`);
  }
}

/** Prints timings as a table; `base` adds a column of ratios to that one. */
export function printTimings(timings: Record<string, Timing>, base?: Timing): void {
  const rows = Object.entries(timings).map(([name, time]) => [
    name,
    ms(time.median),
    ms(time.least),
    ms(time.most),
    ...(base ? [`${ratioOf(time, base).toFixed(2)}x`] : []),
  ]);
  printTable(['', 'median', 'least', 'most', ...(base ? ['ratio'] : [])], rows);
}

/** Prints whether a goal is met, and tells the runner. */
export function goal(title: string, measured: string, wanted: string, met: boolean): void {
  console.log(`  ${met ? 'met' : 'missed'}: ${title}: ${measured}, goal ${wanted}`);
  process.send?.({ title, measured, wanted, met } satisfies Result);
}

/** Tells the runner of a figure that has no goal. */
export function figure(title: string, measured: string): void {
  process.send?.({ title, measured } satisfies Result);
}

/** Milliseconds as text, with as many digits as mean something. */
export function ms(time: number): string {
  return `${time < 10 ? time.toFixed(2) : time.toFixed(time < 100 ? 1 : 0)} ms`;
}

/** Bytes as text. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

/** A share as per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A whole number with its thousands parted. */
export function whole(count: number): string {
  return count.toLocaleString('en-GB');
}
