import { axisBottom, axisLeft, axisRight, line, max, scaleLinear, select, type ScaleLinear } from 'd3';
import { formatCount, formatShare, textWidth } from '../../src/core/look/text';
import type { Timeline } from '../../src/protocol/scene';
import type { PageState } from '../../src/protocol/state';
import { make, setStyle } from '../dom';
import { snapshotName } from '../references';
import type { Shown } from '../shown';
import { readColours } from '../theme';
import {
  epochName,
  namedSnapshots,
  nearestSnapshot,
  snapshotByKey,
  snapshotPositions,
} from '../timelineScale';

const HEIGHT = 112;
/** Above the curves: a row for what they are called, and one for the cursor's grip. */
const MARGIN = { top: 30, right: 56, bottom: 20, left: 50 };
const TITLES = 10;
const GRIP = 15;
const TITLE_SIZE = 10;

/** Width of a piece of line beside a name, and between names. */
const SAMPLE = 22;
const NAME_GAP = 14;

/** Deeper levels are darker; the chosen one stands out by its width. */
function opacityOf(level: number, { levels }: Timeline): number {
  return levels.length < 2 ? 1 : 0.35 + (0.65 * level) / (levels.length - 1);
}

/** Patterns per level and accuracy over the snapshots, with a cursor that can be dragged. */
export class TimelineChart {
  readonly element = make('div', { class: 'timeline', role: 'slider', tabindex: '0' });
  private readonly svg = select(this.element).append('svg').attr('aria-hidden', 'true');
  private readonly readout = make('div', { class: 'timeline-readout' });
  private shown?: Shown;
  private positions: number[] = [];
  private x: ScaleLinear<number, number> = scaleLinear();
  /** Of what the curves are that are drawn: each message has a timeline of its own, and most have the same. */
  private drawnFor = '';
  private width = 0;
  /** How much wider the font is than the one that text widths are estimated for. */
  private fontWidth = 1;
  private dragged?: number;

  /** @param change asked to show another snapshot */
  constructor(private readonly change: (change: Partial<PageState>) => void) {
    this.element.setAttribute('aria-label', 'Snapshot');
    this.element.append(this.readout);
    this.bind();
    // Asking the element for its width would lay the page out once more.
    new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      this.draw();
    }).observe(this.element);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const count = shown.timeline?.epochs.length ?? 0;
    this.element.hidden = count < 2;
    if (count < 2) return;
    const { snapshot } = shown.wanted;
    this.element.setAttribute('aria-valuemin', '0');
    this.element.setAttribute('aria-valuemax', String(count - 1));
    this.element.setAttribute('aria-valuenow', String(snapshot));
    this.element.setAttribute('aria-valuetext', this.valuesAt(snapshot).join(', '));
    this.draw();
  }

  private draw(): void {
    const { shown } = this;
    const timeline = shown?.timeline;
    const { width } = this;
    if (!shown || !timeline || width === 0 || this.element.hidden) return;
    const { level } = shown.wanted;
    const wanted = JSON.stringify([timeline, width, level]);
    if (this.drawnFor !== wanted) {
      this.drawnFor = wanted;
      this.fontWidth = readColours().fontWidth;
      this.drawCurves(timeline, width, level);
    }
    this.moveCursor(this.dragged ?? shown.wanted.snapshot);
  }

  private drawCurves(timeline: Timeline, width: number, level: number): void {
    this.positions = snapshotPositions(timeline);
    const last = this.positions[this.positions.length - 1];
    this.x = scaleLinear([this.positions[0], last], [MARGIN.left, width - MARGIN.right]);
    const bottom = HEIGHT - MARGIN.bottom;
    const most = max(timeline.patterns.flat(), (value) => value ?? 0) ?? 1;
    const y = scaleLinear([0, Math.max(1, most)], [bottom, MARGIN.top]).nice(3);
    const share = scaleLinear([0, 1], [bottom, MARGIN.top]);
    this.svg.attr('viewBox', `0 0 ${width} ${HEIGHT}`).attr('height', HEIGHT).attr('width', width);
    this.svg.selectAll('*').remove();
    this.drawAxes(timeline, width, y, share);
    const curve = (values: (number | undefined)[], scale: ScaleLinear<number, number>) =>
      line<number | undefined>()
        .defined((value) => value !== undefined)
        .x((_, i) => this.x(this.positions[i]))
        .y((value) => scale(value ?? 0))(values);
    timeline.patterns.forEach((values, l) => {
      this.svg
        .append('path')
        .attr('class', l === level ? 'level chosen' : 'level')
        .attr('stroke-opacity', opacityOf(l, timeline))
        .attr('d', curve(values, y));
    });
    this.svg.append('path').attr('class', 'accuracy').attr('d', curve(timeline.accuracy, share));
    this.svg
      .append('line')
      .attr('class', 'cursor')
      .attr('y1', GRIP + 6)
      .attr('y2', bottom);
    this.svg
      .append('path')
      .attr('class', 'cursor-grip')
      .attr('d', `M-5 ${GRIP}H5V${GRIP + 5}L0 ${GRIP + 10}L-5 ${GRIP + 5}Z`);
  }

  private drawAxes(
    timeline: Timeline,
    width: number,
    y: ScaleLinear<number, number>,
    share: ScaleLinear<number, number>,
  ): void {
    const places = this.positions.map((position) => this.x(position));
    const shown = namedSnapshots(timeline.epochs, places).map((i) => this.positions[i]);
    const nameOf = (position: number) => epochName(timeline.epochs[this.positions.indexOf(position)]);
    this.svg
      .append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${HEIGHT - MARGIN.bottom})`)
      .call(
        axisBottom<number>(this.x)
          .tickValues(shown)
          .tickFormat((value) => nameOf(value))
          .tickSize(3),
      );
    this.svg
      .append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(${MARGIN.left - 6},0)`)
      .call(
        axisLeft<number>(y)
          .ticks(3)
          .tickFormat((value) => formatCount(value))
          .tickSize(3),
      );
    const measured = timeline.accuracy.some((value) => value !== undefined);
    this.drawTitle('patterns per level', 'axis-title', 4, 'start');
    this.drawLevelNames(
      timeline,
      4 + this.titleWidth('patterns per level') + 16,
      width - (measured ? 66 : 6),
    );
    if (!measured) return;
    this.drawTitle('accuracy', 'axis-title accuracy-title', width - 6, 'end');
    this.svg
      .append('g')
      .attr('class', 'axis accuracy-axis')
      .attr('transform', `translate(${width - MARGIN.right + 6},0)`)
      .call(
        axisRight<number>(share)
          .tickValues([0, 0.5, 1])
          .tickFormat((value) => `${value * 100} %`)
          .tickSize(3),
      );
  }

  /** Names the lines between the titles of the axes: all of them, or the chosen one and the ends, as there is room. */
  private drawLevelNames(timeline: Timeline, left: number, right: number): void {
    const chosen = this.shown!.wanted.level;
    const all = [...timeline.levels.keys()];
    const few = all.filter((l) => l === 0 || l === chosen || l === all.length - 1);
    const widthOf = (l: number) => SAMPLE + this.titleWidth(timeline.levels[l]) + NAME_GAP;
    const fits = (levels: number[]) => left + levels.reduce((sum, l) => sum + widthOf(l), 0) <= right;
    let x = left;
    for (const l of [all, few, [chosen]].find(fits) ?? []) {
      this.svg
        .append('line')
        .attr('class', l === chosen ? 'level chosen' : 'level')
        .attr('stroke-opacity', opacityOf(l, timeline))
        .attr('x1', x)
        .attr('x2', x + SAMPLE - 4)
        .attr('y1', TITLES - 3)
        .attr('y2', TITLES - 3);
      this.drawTitle(timeline.levels[l], 'axis-title', x + SAMPLE, 'start');
      x += widthOf(l);
    }
  }

  private titleWidth(text: string): number {
    return textWidth(text, TITLE_SIZE) * this.fontWidth;
  }

  private drawTitle(text: string, className: string, x: number, anchor: 'start' | 'end'): void {
    this.svg
      .append('text')
      .attr('class', className)
      .attr('x', x)
      .attr('y', TITLES)
      .attr('text-anchor', anchor)
      .text(text);
  }

  private moveCursor(snapshot: number): void {
    const x = this.x(this.positions[snapshot] ?? this.positions[0]);
    this.svg.select('.cursor').attr('x1', x).attr('x2', x);
    this.svg.select('.cursor-grip').attr('transform', `translate(${x},0)`);
  }

  private bind(): void {
    const { element } = this;
    const at = (event: PointerEvent) =>
      nearestSnapshot(this.positions, this.x.invert(event.clientX - element.getBoundingClientRect().left));
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      this.goTo((this.dragged = at(event)));
    });
    element.addEventListener('pointermove', (event) => {
      const snapshot = at(event);
      this.showValues(snapshot);
      if (this.dragged === undefined || this.dragged === snapshot) return;
      this.dragged = snapshot;
      this.goTo(snapshot);
    });
    const end = () => {
      this.dragged = undefined;
      this.readout.hidden = true;
    };
    element.addEventListener('pointerup', () => (this.dragged = undefined));
    element.addEventListener('pointercancel', end);
    element.addEventListener('pointerleave', end);
    this.readout.hidden = true;
    element.addEventListener('keydown', (event) => {
      const count = this.shown?.timeline?.epochs.length ?? 0;
      const to = snapshotByKey(event.key, this.shown?.wanted.snapshot ?? 0, count);
      if (to === undefined) return;
      event.preventDefault();
      this.goTo(to);
    });
  }

  private goTo(snapshot: number): void {
    this.moveCursor(snapshot);
    if (snapshot !== this.shown?.wanted.snapshot) this.change({ snapshot });
  }

  private showValues(snapshot: number): void {
    const values = this.valuesAt(snapshot);
    this.readout.replaceChildren(...values.map((value) => make('div', {}, value)));
    this.readout.hidden = false;
    const x = this.x(this.positions[snapshot]);
    const width = this.readout.offsetWidth;
    const left = x + 12 + width > this.element.clientWidth ? x - 12 - width : x + 12;
    setStyle(this.readout, { left: `${Math.max(0, left)}px` });
  }

  /** What is known of a snapshot, in words. */
  private valuesAt(snapshot: number): string[] {
    const { timeline, run } = this.shown!;
    if (!timeline || !run) return [];
    const accuracy = timeline.accuracy[snapshot];
    const levels = timeline.levels.map((name, l) => {
      const patterns = timeline.patterns[l]?.[snapshot];
      return patterns === undefined ? `${name}: not yet counted` : `${name}: ${formatCount(patterns)}`;
    });
    const right = accuracy === undefined ? [] : [`accuracy ${formatShare(accuracy)}`];
    return [snapshotName(run, snapshot), ...right, ...levels];
  }
}
