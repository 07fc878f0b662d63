import type { Batch } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import type { BatchResult, ModelRunner } from '../../models/runner';

/** The batches of a dataset, arranged and scaled for one model; again from the start at each call. */
export type BatchSource = (dataset: Dataset) => AsyncIterable<Batch>;

/** Results of batches in order, one batch ahead of who reads them. */
export async function* runBatches(
  runner: ModelRunner,
  batches: AsyncIterable<Batch>,
  signal?: AbortSignal,
): AsyncGenerator<{ batch: Batch; result: BatchResult }> {
  let running: { batch: Batch; result: Promise<BatchResult> } | undefined;
  try {
    for await (const batch of batches) {
      signal?.throwIfAborted();
      const next = { batch, result: runner.run(batch.data, batch.rows, true) };
      // Whoever awaits it later sees the error; until then it must not count as unhandled.
      next.result.catch(() => undefined);
      const before = running;
      running = next;
      if (before) yield { batch: before.batch, result: await before.result };
    }
    if (running) yield { batch: running.batch, result: await running.result };
    running = undefined;
  } finally {
    await running?.result.catch(() => undefined);
  }
}
