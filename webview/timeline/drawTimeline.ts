import {
  axisBottom,
  axisLeft,
  axisRight,
  line,
  max,
  scaleLinear,
  symbol,
  symbolStar,
  type AxisScale,
  type ScaleLinear,
  type Selection,
} from 'd3';
import type { LogCurve } from '../../src/protocol/logs';
import type { Timeline } from '../../src/protocol/scene';
import type { MetricScale } from '../../src/protocol/state';
import { epochLabel, namedSnapshots } from './timelineScale';
import { levelNames, metricNames, nameWidth, SAMPLE, type PlacedName } from './curveNames';
import { namedEpochs, type EpochAxis } from './epochAxis';
import type { TimelineLayout } from './timelineLayout';
import { METRIC_COLOURS, metricDashes, metricScale, metricTicks, type MetricGroup } from './metricScales';
import { bestCurve } from './metricValues';
import { formatCount, formatMetric, pluralise } from '../../src/core/wording';

type Svg = Selection<SVGSVGElement, unknown, null, undefined>;
type Scale = (value: number) => number;

/** What a timeline shows, without the cursor. */
export interface TimelinePicture {
  timeline: Timeline;
  axis: EpochAxis;
  x: ScaleLinear<number, number>;
  layout: TimelineLayout;
  /** Level that stands out. */
  level: number;
  curves: LogCurve[];
  groups: MetricGroup[];
  scale: MetricScale;
  /** Numbers of the colours, by group, and of the dashes, by curve. */
  colours: ReadonlyMap<string, number>;
  dashes: ReadonlyMap<string, number>;
  /** How much wider the font is than the one that text widths are estimated for. */
  fontWidth: number;
}

/** Deeper levels are darker; the chosen one stands out by its width. */
function opacityOf(level: number, { levels }: Timeline): number {
  return levels.length < 2 ? 1 : 0.35 + (0.65 * level) / (levels.length - 1);
}

/** Draws a timeline anew: axes, curves, marks of the snapshots, and the cursor's parts, which are moved afterwards. */
export function drawTimeline(svg: Svg, picture: TimelinePicture): void {
  const { width, height, top, bottom, grip } = picture.layout;
  svg.attr('viewBox', `0 0 ${width} ${height}`).attr('height', height).attr('width', width);
  svg.selectAll('*').remove();
  const most = max(picture.timeline.patterns.flat(), (value) => value ?? 0) ?? 1;
  const counts = scaleLinear([0, Math.max(1, most)], [bottom, top]).nice(3);
  drawEpochs(svg, picture);
  axisGroup(svg, 'axis', picture.layout.left - 6, 0).call(
    axisLeft<number>(counts)
      .ticks(3)
      .tickFormat((value) => formatCount(value))
      .tickSize(3),
  );
  drawFirstRow(svg, picture);
  drawCounts(svg, picture, counts);
  drawMetrics(svg, picture);
  drawMarks(svg, picture);
  svg
    .append('line')
    .attr('class', 'guide')
    .attr('y1', top - 4)
    .attr('y2', bottom)
    .attr('visibility', 'hidden');
  svg
    .append('line')
    .attr('class', 'cursor')
    .attr('y1', grip + 6)
    .attr('y2', bottom);
  svg
    .append('path')
    .attr('class', 'cursor-grip')
    .attr('d', `M-5 ${grip}H5V${grip + 5}L0 ${grip + 10}L-5 ${grip + 5}Z`);
}

function axisGroup(svg: Svg, className: string, x: number, y: number) {
  return svg.append('g').attr('class', className).attr('transform', `translate(${x},${y})`);
}

function drawEpochs(svg: Svg, { axis, timeline, x, layout }: TimelinePicture): void {
  const all = namedEpochs(axis, timeline.epochs, (layout.right - layout.left) / 60);
  const shown = namedSnapshots(
    all.map(({ epoch }) => epoch),
    all.map(({ position }) => x(position)),
  ).map((i) => all[i]);
  const names = new Map(shown.map(({ position, epoch }) => [position, epochLabel(epoch)]));
  axisGroup(svg, 'axis', 0, layout.bottom).call(
    axisBottom<number>(x)
      .tickValues([...names.keys()])
      .tickFormat((position) => names.get(position) ?? '')
      .tickSize(3),
  );
}

/** What the solid curves and the dashed one of the accuracy are called. */
function drawFirstRow(svg: Svg, { timeline, layout, level, fontWidth }: TimelinePicture): void {
  const { width, firstRow, rowStart, accuracyAxis } = layout;
  const title = 'patterns per level';
  drawText({ svg, text: title, className: 'axis-title', x: rowStart, y: firstRow, anchor: 'start' });
  const end = accuracyAxis === undefined ? width - 6 : accuracyAxis + 44;
  const right = accuracyAxis === undefined ? end : end - nameWidth('accuracy', fontWidth) - 16;
  const left = rowStart + nameWidth(title, fontWidth) + 16;
  for (const name of levelNames(timeline.levels, level, [left, right], fontWidth)) {
    const className = name.curve === level ? 'level chosen' : 'level';
    drawName(svg, { name, row: firstRow, textClass: 'axis-title', lineClass: className }).attr(
      'stroke-opacity',
      opacityOf(name.curve, timeline),
    );
  }
  if (accuracyAxis !== undefined) {
    drawText({
      svg,
      text: 'accuracy',
      className: 'axis-title accuracy-title',
      x: end,
      y: firstRow,
      anchor: 'end',
    });
  }
}

function drawCounts(svg: Svg, picture: TimelinePicture, counts: Scale): void {
  const { timeline, axis, x, layout, level } = picture;
  const curve = (values: (number | undefined)[], scale: Scale) => {
    const [value] = values;
    // No line goes through a single point: it is a mark.
    if (values.length === 1 && value !== undefined) return dotAt(x(axis.positions[0]), scale(value));
    return line<number | undefined>()
      .defined((one) => one !== undefined)
      .x((_, i) => x(axis.positions[i]))
      .y((one) => scale(one ?? 0))(values);
  };
  timeline.patterns.forEach((values, l) => {
    svg
      .append('path')
      .attr('class', l === level ? 'level chosen' : 'level')
      .attr('stroke-opacity', opacityOf(l, timeline))
      .attr('d', curve(values, counts));
  });
  const share = scaleLinear([0, 1], [layout.bottom, layout.top]);
  svg.append('path').attr('class', 'accuracy').attr('d', curve(timeline.accuracy, share));
  if (layout.accuracyAxis === undefined) return;
  axisGroup(svg, 'axis accuracy-axis', layout.accuracyAxis, 0).call(
    axisRight<number>(share)
      .tickValues([0, 0.5, 1])
      .tickFormat((value) => `${value * 100} %`)
      .tickSize(3),
  );
}

function dotAt(x: number, y: number): string {
  return `M${x - 2} ${y}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0`;
}

function drawMetrics(svg: Svg, picture: TimelinePicture): void {
  const { axis, x, layout, curves, groups, scale, dashes } = picture;
  const best = bestCurve(curves);
  for (const group of groups) {
    const y = metricScale(group, scale, layout.bottom, layout.top);
    const has = (value: number) => scale === 'linear' || value > 0;
    const dotOf = ({ x: [epoch], y: [value] }: LogCurve) =>
      has(value) ? dotAt(x(axis.placeOf(epoch)), y(value)) : '';
    for (const curve of group.curves) {
      const path = line<number>()
        .defined((value) => has(value))
        .x((_, i) => x(axis.placeOf(curve.x[i])))
        .y((value) => y(value));
      svg
        .append('path')
        .attr('class', `metric ${colourClass(picture, group)}`)
        .attr('stroke-dasharray', dashOf(dashes, curve))
        .attr('d', curve.x.length > 1 ? path(curve.y) : dotOf(curve));
      if (curve === best && has(curve.y[curve.best!])) {
        const place = [x(axis.placeOf(curve.x[curve.best!])), y(curve.y[curve.best!])];
        drawBest(svg, place, colourClass(picture, group));
      }
    }
  }
  drawMetricNames(svg, picture, drawMetricAxis(svg, picture));
}

function drawBest(svg: Svg, [x, y]: number[], className: string): void {
  svg
    .append('path')
    .attr('class', `metric-best ${className}`)
    .attr('transform', `translate(${x},${y})`)
    .attr('d', symbol(symbolStar, 70)());
}

function colourClass({ colours }: TimelinePicture, { name }: MetricGroup): string {
  return `metric-${(colours.get(name) ?? 0) % METRIC_COLOURS}`;
}

function dashOf(dashes: ReadonlyMap<string, number>, { name }: LogCurve): string {
  return metricDashes[(dashes.get(name) ?? 0) % metricDashes.length];
}

/** The axis of the first metrics that have one of their own. @returns where the names of curves end */
function drawMetricAxis(svg: Svg, picture: TimelinePicture): number {
  const { groups, layout, scale, fontWidth } = picture;
  const group = groups.find(({ asAccuracy }) => !asAccuracy);
  const end = layout.width - 6;
  const texts = axisTitles(group, groups, scale, layout.metricAxis !== undefined);
  const text = texts.find((one) => nameWidth(one, fontWidth) <= (end - layout.rowStart) / 2.5) ?? '';
  const className = group ? `axis-title metric-text ${colourClass(picture, group)}` : 'axis-title';
  if (text !== '') drawText({ svg, text, className, x: end, y: layout.secondRow, anchor: 'end' });
  if (group && layout.metricAxis !== undefined) {
    const y = metricScale(group, scale, layout.bottom, layout.top);
    axisGroup(svg, `axis metric-axis ${colourClass(picture, group)}`, layout.metricAxis, 0).call(
      axisRight<number>(y as AxisScale<number>)
        .tickValues(metricTicks(group, scale))
        .tickFormat((value) => formatMetric(value))
        .tickSize(3),
    );
  }
  return text === '' ? end : end - nameWidth(text, fontWidth) - 16;
}

/** What is said of the scale, the longest first; where there is no axis, from where to where it goes. */
function axisTitles(
  group: MetricGroup | undefined,
  groups: readonly MetricGroup[],
  scale: MetricScale,
  hasAxis: boolean,
): string[] {
  const range = group && !hasAxis ? ` ${group.domain.map(formatMetric).join('–')}` : '';
  const name = group ? [`${group.name}${range}`] : [];
  if (scale === 'linear') return name;
  const leftOut = groups.reduce((sum, one) => sum + one.leftOut, 0);
  const said = leftOut > 0 ? [`${pluralise(leftOut, 'value')} ≤ 0 left out`] : [];
  return [
    [...name, 'log scale', ...said].join(', '),
    ['log scale', ...said].join(', '),
    [...name, 'log scale'].join(', '),
    'log scale',
    'log',
  ];
}

function drawMetricNames(svg: Svg, picture: TimelinePicture, end: number): void {
  const { curves, groups, layout, fontWidth, dashes } = picture;
  const names = curves.map(({ name }) => name);
  const { placed, more } = metricNames(names, [layout.rowStart, end], fontWidth);
  if (more) {
    drawText({
      svg,
      text: more.text,
      className: 'axis-title',
      x: more.x,
      y: layout.secondRow,
      anchor: 'start',
    });
  }
  for (const name of placed) {
    const curve = curves[name.curve];
    const group = groups.find((one) => one.curves.includes(curve))!;
    const className = `metric ${colourClass(picture, group)}`;
    drawName(svg, { name, row: layout.secondRow, textClass: 'axis-title', lineClass: className }).attr(
      'stroke-dasharray',
      dashOf(dashes, curve),
    );
  }
}

/** Where there are snapshots: of the other epochs the log alone tells. */
function drawMarks(svg: Svg, { axis, x, layout }: TimelinePicture): void {
  const places = axis.positions.map((position) => x(position));
  const crowded = places.some((place, i) => i > 0 && place - places[i - 1] < 7);
  const mark = (place: number) =>
    crowded
      ? `M${place} ${layout.bottom - 4}v4`
      : `M${place} ${layout.bottom - 2.8}l2.8 2.8l-2.8 2.8l-2.8 -2.8Z`;
  svg.append('path').attr('class', 'snapshot-marks').attr('d', places.map(mark).join(''));
}

function drawName(
  svg: Svg,
  {
    name: { x, text },
    row,
    textClass,
    lineClass,
  }: { name: PlacedName; row: number; textClass: string; lineClass: string },
) {
  drawText({ svg, text, className: textClass, x: x + SAMPLE, y: row, anchor: 'start' });
  return svg
    .append('line')
    .attr('class', lineClass)
    .attr('x1', x)
    .attr('x2', x + SAMPLE - 4)
    .attr('y1', row - 3)
    .attr('y2', row - 3);
}

function drawText({
  svg,
  text,
  className,
  x,
  y,
  anchor,
}: {
  svg: Svg;
  text: string;
  className: string;
  x: number;
  y: number;
  anchor: 'start' | 'end';
}): void {
  svg
    .append('text')
    .attr('class', className)
    .attr('x', x)
    .attr('y', y)
    .attr('text-anchor', anchor)
    .text(text);
}
