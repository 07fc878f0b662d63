import type { WorkSteps } from '../../core/workSteps';
import { letMessagesIn, type Work } from './work';

/** Work goes on for this long before messages are let in. */
const SLICE_MS = 15;

/**
 * Does long work step by step, and lets messages in now and then.
 * @throws the reason of the abort when the work was cancelled
 */
export async function takeSteps<T>(steps: WorkSteps<T>, work: Work): Promise<T> {
  let since = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - since < SLICE_MS) continue;
    await letMessagesIn(work);
    since = performance.now();
  }
}
