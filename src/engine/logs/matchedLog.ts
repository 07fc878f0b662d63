import type { LogMark, LogRequests } from '../../protocol/logs';
import { numbersOfCheckpoint, type Checkpoint } from '../../runs/checkpoints/checkpointName';
import type { RowReference, RunLinks } from '../../runs/links';
import type { TrainingLog } from '../../logs/formats/log';
import { matchCheckpoints, type CheckpointMatches } from '../../logs/matching/matchCheckpoints';
import type { Manifest, ManifestSnapshot } from '../../runs/manifest';
import { curveOf } from './metricCurves';
import { marksOf } from './logMarks';
import { usualMetrics } from './metricSense';
import { RowGroups } from './rowGroups';
import { placeRows } from './runAxis';
import { checkpointsOf } from './snapshotCheckpoints';

/** What was set right by hand in the links of a run. */
export type Corrections = Pick<NonNullable<RunLinks['log']>, 'rows' | 'epochShift'>;

/** A log together with the snapshots of a run, as both were at one moment. */
export class MatchedLog {
  readonly checkpoints: Checkpoint[];
  readonly matches: CheckpointMatches;
  readonly marks: LogMark[];
  /** Whether the shift of epochs was set by hand. */
  readonly shiftByHand: boolean;
  private readonly groups: RowGroups;
  private readonly snapshots: readonly ManifestSnapshot[];
  private readonly byHand: Map<string, RowReference | null>;
  private placesKnown?: Float64Array;

  constructor(
    readonly log: TrainingLog,
    { snapshots }: Manifest,
    { rows = {}, epochShift }: Corrections = {},
    /** The part of the data that metrics are of whose names do not say it. */
    readonly plainSplit: 'train' | 'validation' = 'train',
  ) {
    this.byHand = new Map(Object.entries(rows));
    this.shiftByHand = epochShift !== undefined;
    this.snapshots = snapshots;
    this.checkpoints = checkpointsOf(snapshots);
    this.matches = matchCheckpoints(log, this.checkpoints, {
      rows: this.byHand,
      ...(epochShift === undefined ? {} : { epochShift }),
    });
    this.groups = new RowGroups(log);
    this.marks = marksOf(this.groups, this.matches);
  }

  /** Snapshots without row, in their order. */
  get unmatchedSnapshots(): { snapshot: number; reason: string }[] {
    return this.matches.unmatchedCheckpoints
      .map(({ checkpoint, reason }) => ({ snapshot: checkpoint, reason: this.reasonOf(checkpoint, reason) }))
      .sort((a, b) => a.snapshot - b.snapshot);
  }

  /** Curves of metrics that the log has; the usual ones where none are named. */
  curves(names?: LogRequests['log/curves']['params']['metrics']) {
    const { metricNames, rows } = this.log;
    const known = new Set(metricNames);
    const wanted = names
      ? names.filter((name) => known.has(name))
      : usualMetrics(metricNames, this.plainSplit);
    return wanted.map((name) => curveOf(name, rows, this.places, this.plainSplit));
  }

  /** Rows on the axis of the run's epochs. */
  private get places(): Float64Array {
    const anchors = this.marks.map(({ row, snapshot }) => ({ row, epoch: this.snapshots[snapshot].epoch }));
    const lastEpoch = this.snapshots.reduce((last, { epoch }) => Math.max(last, epoch), 0);
    this.placesKnown ??= placeRows(this.groups, anchors, this.matches.join.shift, lastEpoch);
    return this.placesKnown;
  }

  private reasonOf(checkpoint: number, reason: string): string {
    const { name } = this.checkpoints[checkpoint];
    const { epoch } = numbersOfCheckpoint(this.checkpoints[checkpoint]);
    if (epoch === undefined || Number.isInteger(epoch) || this.byHand.has(name)) return reason;
    return `epoch ${epoch}: within an epoch, of which the log has no row`;
  }
}
