/**
 * Long work in steps: whoever drives it may do something else between two of them, or leave it unfinished. What comes out
 * does not depend on who drives.
 */
export type WorkSteps<T> = Generator<undefined, T, undefined>;

/** Words of patterns that a step compares: some milliseconds' worth. */
const WORDS_PER_STEP = 1 << 20;

/** Does all steps at once. */
export function finishSteps<T>(steps: WorkSteps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * Rows that make up a step.
 * @param wordsPerRow words that are compared for each row, at most
 */
export function rowsPerStep(wordsPerRow: number): number {
  return Math.max(1, Math.floor(WORDS_PER_STEP / Math.max(1, wordsPerRow)));
}
