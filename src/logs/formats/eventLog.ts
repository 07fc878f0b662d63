import { trainingLog } from './lineLogReader';
import type { LogReader, LogRow, LogTool, TrainingLog } from './log';
import type { Problems } from './problems';
import { RecordFrames } from './recordFrames';
import type { RowStore } from './rowStore';
import { readSummaryEvent, type SummaryEvent } from './summaryEvent';

/** Tags whose kind is remembered. */
const MOST_TAGS = 100_000;

/**
 * TensorBoard's `events.out.tfevents.*`: scalars, old (`simple_value`) and new (tensors of rank 0). Values of one step make
 * one row, the last of a tag wins. Keras' tags `epoch_…` have the epoch, from 0, as their step; a tag `epoch`, as Lightning
 * writes it, is the epoch of its step.
 */
export class EventLogReader implements LogReader {
  private readonly frames: RecordFrames;
  private readonly plugins = new Map<string, string>();
  private tool: LogTool = 'tensorboard';

  /** @param store rows that are merged `anywhere` */
  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {
    this.frames = new RecordFrames({
      record: (data, from, to) => this.read(data, from, to),
      damaged: (byteFrom, byteTo, text) => problems.add({ byteFrom, byteTo }, text),
    });
  }

  push(chunk: Uint8Array | string): number {
    if (typeof chunk === 'string') throw new TypeError('event files are bytes, not text');
    this.frames.push(chunk);
    return this.store.takeChanged();
  }

  finish(): number {
    this.frames.finish();
    return this.store.takeChanged();
  }

  get rows(): readonly LogRow[] {
    return this.store.rows;
  }

  get log(): TrainingLog {
    return trainingLog('events', this.tool, this.store, this.problems);
  }

  private read(data: Uint8Array, byteFrom: number, byteTo: number): void {
    const place = { byteFrom, byteTo };
    let event: SummaryEvent;
    try {
      event = readSummaryEvent(data, this.plugins);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.problems.add(place, `the record at byte ${byteFrom} holds no event (${reason})`);
      return;
    }
    // A file with ever new tags must not fill the memory; their kind then has to be told with each value.
    if (this.plugins.size > MOST_TAGS) this.plugins.clear();
    const { step, wallTime: time, scalars } = event;
    const ofEpoch = scalars.filter(({ tag }) => tag.startsWith('epoch_'));
    if (ofEpoch.length > 0) {
      this.tool = 'keras';
      this.store.add({ epoch: step, time }, ofEpoch.map(asMetric), place);
    }
    const ofStep = scalars.filter(({ tag }) => !tag.startsWith('epoch_'));
    if (ofStep.length === 0) return;
    const epoch = ofStep.find(({ tag }) => tag === 'epoch')?.value;
    const metrics = ofStep.filter(({ tag }) => tag !== 'epoch').map(asMetric);
    this.store.add(Number.isFinite(epoch) ? { epoch, step, time } : { step, time }, metrics, place);
  }
}

function asMetric({ tag, value }: { tag: string; value: number }): [string, number] {
  return [tag, value];
}
