/** What the places in the timeline depend on. */
export interface TimelineContent {
  width: number;
  /** Whether the log has metrics to choose from: their button takes room. */
  hasLog: boolean;
  /** Whether metrics are shown: they have a row of names. */
  hasMetrics: boolean;
  /** Whether there is an axis of the accuracy, and one of metrics. */
  accuracyAxis: boolean;
  metricAxis: boolean;
}

/** Places in the timeline, in pixels. */
export interface TimelineLayout {
  width: number;
  height: number;
  /** Of the curves. */
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Base lines of the rows of names, and where the rows begin. */
  firstRow: number;
  secondRow: number;
  rowStart: number;
  /** Top of the cursor's grip. */
  grip: number;
  /** Where the axes on the right stand; absent where there is none. */
  accuracyAxis?: number;
  metricAxis?: number;
}

const CURVES = 62;
const BELOW = 20;
const LEFT = 50;
const FIRST_ROW = 10;
const ROW = 14;
const GRIP = 15;
/** Above the curves: a row for what they are called, and one for the cursor's grip. */
const ABOVE = 30;
const AXIS = 46;
const AXIS_GAP = 6;
/** Half of an epoch's name. */
const LEAST_RIGHT = 16;
/** Room of the button, with its outline. */
const BUTTON = 34;
/** Panels that are narrower have no room for a second axis. */
const NARROW = 380;

/** Height of a timeline, whatever its width. */
export function timelineHeight(hasMetrics: boolean): number {
  return ABOVE + (hasMetrics ? ROW : 0) + CURVES + BELOW;
}

/** Where everything is in a timeline. */
export function timelineLayout({ width, hasLog, hasMetrics, ...axes }: TimelineContent): TimelineLayout {
  const accuracy = axes.accuracyAxis;
  const metrics = axes.metricAxis && (width >= NARROW || !accuracy);
  const count = Number(accuracy) + Number(metrics);
  const right = width - (count > 0 ? 10 + count * AXIS : LEAST_RIGHT);
  const shift = hasMetrics ? ROW : 0;
  const top = ABOVE + shift;
  return {
    width,
    height: timelineHeight(hasMetrics),
    left: LEFT,
    right,
    top,
    bottom: top + CURVES,
    firstRow: FIRST_ROW,
    secondRow: FIRST_ROW + ROW,
    rowStart: hasLog ? BUTTON : 4,
    grip: GRIP + shift,
    ...(accuracy ? { accuracyAxis: right + AXIS_GAP } : {}),
    ...(metrics ? { metricAxis: right + AXIS_GAP + (accuracy ? AXIS : 0) } : {}),
  };
}
