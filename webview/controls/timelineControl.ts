import { scaleLinear, select, type ScaleLinear } from 'd3';
import type { LogCurve, LogCurves } from '../../src/protocol/logs';
import type { PageState } from '../../src/protocol/state';
import { iconButton, make, setStyle } from '../page/dom';
import type { Shown } from '../page/shownState';
import { readColours } from '../page/theme';
import { drawTimeline } from '../timeline/drawTimeline';
import { epochAxis, nearestStop, type EpochAxis, type Stop } from '../timeline/epochAxis';
import { timelineHeight, timelineLayout } from '../timeline/timelineLayout';
import { metricMenu } from '../timeline/metricMenu';
import { chosenCurves, groupName, keptSlots, metricGroups } from '../timeline/metricScales';
import { readoutLines, stopLines } from '../timeline/readout';
import { nearestSnapshot, snapshotByKey } from '../timeline/timelineScale';
import { openMenu } from './popupMenu';

/** Snapshots this near to the pointer, in pixels, go before epochs that only the log has. */
const REACH = 5;
/** Distance of the readout from what it tells of. */
const BESIDE = 12;

/** Patterns per level, accuracy and metrics of the log over the epochs, with a cursor that can be dragged. */
export class TimelineChart {
  readonly element: HTMLElement;
  private readonly slider = make('div', { class: 'timeline', role: 'slider', tabindex: '0' });
  private readonly svg = select(this.slider).append('svg').attr('aria-hidden', 'true');
  private readonly readout = make('div', { class: 'timeline-readout', hidden: '' });
  private readonly chooser: HTMLButtonElement;
  private shown?: Shown;
  private axis: EpochAxis = { positions: [], placeOf: (epoch) => epoch, ends: [0, 1], stops: [] };
  private x: ScaleLinear<number, number> = scaleLinear();
  private curves: LogCurve[] = [];
  /** Of what the curves are that are drawn: each message has a timeline of its own, and most have the same. */
  private drawnFor = '';
  private drawnLog?: LogCurves;
  private colours: ReadonlyMap<string, number> = new Map<string, number>();
  private dashes: ReadonlyMap<string, number> = new Map<string, number>();
  private width = 0;
  private dragged?: number;
  /** Where the pointer is, in pixels, while it is over the curves. */
  private pointer?: number;

  /** @param change asked to show another snapshot, or other metrics */
  constructor(private readonly change: (change: Partial<PageState>) => void) {
    this.slider.setAttribute('aria-label', 'Snapshot');
    this.slider.append(this.readout);
    this.chooser = iconButton('graph-line', 'Metrics of the log in the timeline', () => this.openChooser());
    this.chooser.classList.add('timeline-chooser');
    this.chooser.setAttribute('aria-haspopup', 'menu');
    this.element = make('div', { class: 'timeline-box' }, this.slider, this.chooser);
    this.bind();
    // Asking the element for its width would lay the page out once more.
    new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      this.draw();
    }).observe(this.slider);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const { timeline, log, wanted } = shown;
    const count = timeline?.epochs.length ?? 0;
    const hasLog = (log?.metrics.length ?? 0) > 0;
    this.chooser.hidden = !hasLog;
    this.element.hidden = count === 0 || (count < 2 && !hasLog);
    if (this.element.hidden) return;
    this.curves = chosenCurves(log, wanted.metrics);
    // Here, where it is no answer to a change of size: the border, and a pixel below.
    setStyle(this.slider, { height: `${timelineHeight(this.curves.length > 0) + 2}px` });
    this.slider.setAttribute('aria-valuemin', '0');
    this.slider.setAttribute('aria-valuemax', String(count - 1));
    this.slider.setAttribute('aria-valuenow', String(wanted.snapshot));
    const text = readoutLines(shown, wanted.snapshot, this.curves).join(', ');
    this.slider.setAttribute('aria-valuetext', text);
    this.draw();
  }

  private draw(): void {
    const { shown, width } = this;
    const timeline = shown?.timeline;
    if (!shown || !timeline || width === 0 || this.element.hidden) return;
    const { level, metrics, metricScale } = shown.wanted;
    const wanted = JSON.stringify([timeline, width, level, metrics, metricScale]);
    if (this.drawnFor !== wanted || this.drawnLog !== shown.log) {
      this.drawnFor = wanted;
      this.drawnLog = shown.log;
      this.drawCurves(shown);
    }
    this.moveCursor(this.dragged ?? shown.wanted.snapshot);
  }

  private drawCurves({ timeline, wanted, log }: Shown): void {
    const { curves, width } = this;
    const scale = wanted.metricScale ?? 'linear';
    const groups = metricGroups(curves, scale);
    const layout = timelineLayout({
      width,
      hasLog: (log?.metrics.length ?? 0) > 0,
      hasMetrics: curves.length > 0,
      accuracyAxis:
        timeline!.accuracy.some((value) => value !== undefined) ||
        groups.some(({ asAccuracy }) => asAccuracy),
      metricAxis: groups.some(({ asAccuracy }) => !asAccuracy),
    });
    this.axis = epochAxis(timeline!, curves);
    this.x = scaleLinear(this.axis.ends, [layout.left, layout.right]);
    this.colours = keptSlots(this.colours, [...new Set(curves.map(groupName))]);
    this.dashes = keptSlots(
      this.dashes,
      curves.map(({ name }) => name),
    );
    const { axis, x, colours, dashes } = this;
    const { fontWidth } = readColours();
    const level = wanted.level;
    drawTimeline(this.svg, {
      ...{ timeline: timeline!, axis, x, layout, level, curves, groups, scale, colours, dashes, fontWidth },
    });
    this.hover();
  }

  private moveCursor(snapshot: number): void {
    const { positions } = this.axis;
    const x = this.x(positions[snapshot] ?? positions[0]);
    this.svg.select('.cursor').attr('x1', x).attr('x2', x);
    this.svg.select('.cursor-grip').attr('transform', `translate(${x},0)`);
  }

  private bind(): void {
    const { slider } = this;
    const at = (event: PointerEvent) => event.clientX - slider.getBoundingClientRect().left;
    const snapshotAt = (pointer: number) => nearestSnapshot(this.axis.positions, this.x.invert(pointer));
    slider.addEventListener('pointerdown', (event) => {
      slider.setPointerCapture(event.pointerId);
      this.goTo((this.dragged = snapshotAt(at(event))));
    });
    slider.addEventListener('pointermove', (event) => {
      this.pointer = at(event);
      this.hover();
      if (this.dragged === undefined) return;
      const snapshot = snapshotAt(this.pointer);
      if (this.dragged === snapshot) return;
      this.dragged = snapshot;
      this.goTo(snapshot);
    });
    const end = () => {
      this.dragged = undefined;
      this.pointer = undefined;
      this.hover();
    };
    slider.addEventListener('pointerup', () => (this.dragged = undefined));
    slider.addEventListener('pointercancel', end);
    slider.addEventListener('pointerleave', end);
    slider.addEventListener('keydown', (event) => {
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

  private hover(): void {
    const { pointer, x, axis } = this;
    const reach = Math.abs(x.invert(REACH) - x.invert(0));
    const stop = pointer === undefined ? undefined : nearestStop(axis.stops, x.invert(pointer), reach);
    if (stop) this.showValues(stop);
    else this.endHover();
  }

  private showValues(stop: Stop): void {
    const x = this.x(stop.position);
    this.svg.select('.guide').attr('x1', x).attr('x2', x).attr('visibility', 'visible');
    const values = stopLines(this.shown!, stop, this.curves);
    const { readout } = this;
    readout.replaceChildren(...values.map((value) => make('div', {}, value)));
    readout.hidden = false;
    const room = this.width - 2;
    for (const columns of [3, 2, 1]) {
      setStyle(readout, { columns: `auto ${columns}` });
      if (readout.offsetWidth <= room) break;
    }
    const width = readout.offsetWidth;
    const left = x + BESIDE + width > room ? x - BESIDE - width : x + BESIDE;
    setStyle(readout, { left: `${Math.max(0, Math.min(left, room - width))}px` });
  }

  private endHover(): void {
    this.readout.hidden = true;
    this.svg.select('.guide').attr('visibility', 'hidden');
  }

  private openChooser(): void {
    const { log } = this.shown ?? {};
    if (!log) return;
    const groups = metricMenu(log, () => this.shown!.wanted, this.change);
    openMenu(this.chooser, 'Metrics in the timeline', groups);
  }
}
