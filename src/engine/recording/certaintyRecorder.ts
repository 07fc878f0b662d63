import { certaintyOf, type ClassScores } from '../../core/measures/margin';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { ModelOutput } from '../../models/runner';

/** Takes margin and confidence of a dataset's instances, batch by batch. */
export class CertaintyRecorder {
  private readonly confidence: Float32Array;
  private readonly margin: Float32Array | undefined;
  private seen = 0;
  private largestLabel: number;

  /**
   * @param kind what the model's output is
   * @param labels class of each of the `rows` instances
   */
  constructor(
    private readonly kind: ModelOutput['kind'],
    private readonly labels: Int32Array | undefined,
    private readonly rows: number,
  ) {
    this.confidence = new Float32Array(rows);
    this.margin = labels && new Float32Array(rows);
    this.largestLabel = labels?.reduce((largest, label) => Math.max(largest, label), -1) ?? -1;
  }

  /** Takes the scores of some instances, [rows, columns]; undefined where the output is none. */
  add(scores: Float32Array | undefined, from: number, rows: number): void {
    const { kind } = this;
    if (!scores) return;
    if (kind !== 'logits' && kind !== 'logit' && kind !== 'probability') return;
    const columns = scores.length / rows;
    const of: ClassScores = { values: scores, columns, kind };
    // Of a label that the model cannot give there is no margin, and a column with holes would be none.
    const labels = this.largestLabel < Math.max(2, columns) ? this.labels : undefined;
    const { margin, confidence } = certaintyOf(of, labels?.subarray(from, from + rows));
    this.confidence.set(confidence, from);
    if (margin) this.margin?.set(margin, from);
    else this.largestLabel = Infinity;
    this.seen += rows;
  }

  /** Gives a snapshot what was taken of all its instances; nothing where the output is no scores of classes. */
  finish(snapshot: Snapshot): void {
    if (this.seen < this.rows || snapshot.outcome) return;
    snapshot.confidence = this.confidence;
    if (this.margin && this.largestLabel < Infinity) snapshot.margin = this.margin;
  }
}
