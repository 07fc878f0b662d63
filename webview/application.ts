import type { FromPanel, Showing, ShownState, ToPanel } from '../src/protocol/panel';
import type { Scene } from '../src/protocol/scene';
import { initialState, type PageState, type PartsSelection, type Selection } from '../src/protocol/state';
import { FilterBar } from './controls/filterBar';
import { Legend } from './controls/legend';
import { levelMenu } from './controls/levelMenu';
import { openMenu } from './controls/popupMenu';
import { TimelineChart } from './controls/timelineControl';
import { Toolbar } from './controls/toolbar';
import {
  describeBlock,
  describePart,
  describeScene,
  describeUnit,
  ribbonTitle,
  sayDescription,
  type Description,
  type PartPlace,
} from './diagram/describe';
import { DiagramView } from './diagram/diagramView';
import type { Hit } from './diagram/pointing/hitTest';
import { bindKeys, type KeyPlace } from './diagram/pointing/keyboard';
import { beside } from './diagram/pointing/navigation';
import { unitAt } from './diagram/painting/paintPatterns';
import { Pointer } from './diagram/pointing/pointer';
import { make } from './page/dom';
import { NoticeList } from './page/notices';
import { keptZoom, persisted, type Persisted } from './page/persistedState';
import { PendingChanges } from './page/pendingChanges';
import {
  filterTitle,
  levelName,
  selectedCount,
  selectPart,
  snapshotNameAt,
  type ScenePart,
} from './page/references';
import type { Shown } from './page/shownState';
import { TableDialog } from './page/tableDialog';
import { onThemeChange } from './page/theme';
import { Tooltip } from './page/tooltip';

/** The page: hears the extension, shows what it says, and asks it for changes. It keeps no state of its own but the zoom. */
export class Application {
  private shown: Shown = { sceneNumber: -1, state: initialState, wanted: initialState };
  private readonly pending = new PendingChanges();
  private readonly view: DiagramView;
  private readonly pointer: Pointer;
  private readonly tooltip = new Tooltip();
  private readonly table = new TableDialog();
  private readonly notices: NoticeList;
  private readonly toolbar: Toolbar;
  private readonly filters: FilterBar;
  private readonly legend: Legend;
  private readonly timeline: TimelineChart;
  private readonly live = make('div', { class: 'visually-hidden', 'aria-live': 'polite' });

  constructor(
    root: HTMLElement,
    private readonly post: (message: FromPanel) => void,
    private readonly persist: (state: Persisted | undefined) => void,
    private readonly kept: unknown,
  ) {
    const change = (part: Partial<PageState>) => this.change(part);
    this.notices = new NoticeList((command) => this.post({ type: 'command', command }));
    this.view = new DiagramView(
      post,
      (column, anchor) => this.openHeadMenu(column, anchor),
      (width, height) => this.post({ type: 'resized', width, height }),
    );
    this.pointer = new Pointer(this.view, {
      hover: (hit, x, y) => this.hover(hit, x, y),
      select: (hit, add) => this.select(hit, add),
      filter: (hit) => this.filter(selectPart({ kind: 'none' }, this.partOf(hit), false)),
      zoomed: () => this.keep(),
    });
    this.toolbar = new Toolbar({
      change,
      command: (command) => this.post({ type: 'command', command }),
      findInstance: (instance) => this.post({ type: 'findInstance', instance }),
      say: (text) => this.say(text),
      zoomBy: (factor) => this.pointer.zoomBy(factor),
      fit: () => this.pointer.fit(),
      openTable: () => this.openTable(),
    });
    this.filters = new FilterBar((filters) => this.change({ filters }));
    this.legend = new Legend((hiddenClasses) => this.change({ hiddenClasses }));
    this.timeline = new TimelineChart(change);
    this.bindKeys();
    onThemeChange(() => this.view.restyle());
    const { notices } = this;
    root.append(this.toolbar.element, this.filters.element, notices.error, notices.busy);
    root.append(notices.empty, notices.waiting);
    this.view.stage.element.append(notices.nothing);
    root.append(this.view.element, this.legend.element, this.timeline.element);
    root.append(this.tooltip.element, this.live, this.table.element);
    this.update(this.shown);
  }

  /** Size of the drawing's room, for the handshake. */
  get size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.view.element;
    return { width: clientWidth || window.innerWidth, height: clientHeight || window.innerHeight };
  }

  /** Hears one message of the extension. */
  receive(message: ToPanel): void {
    switch (message.type) {
      case 'show':
        if (message.sceneNumber >= this.shown.sceneNumber || message.run?.folder !== this.shown.run?.folder) {
          this.hear(message, message);
        }
        break;
      case 'state':
        this.hear(this.shown, message);
        break;
      case 'log':
        if (message.folder === this.shown.run?.folder) this.update({ ...this.shown, log: message.log });
        break;
      case 'busy':
        this.notices.showBusy(message.message, message.share);
        break;
      case 'idle':
        this.notices.showIdle();
        break;
      case 'error':
        this.notices.showIdle();
        this.notices.showEmpty(false);
        this.notices.showError(message.message);
        this.toolbar.stepper.stop();
        this.say(message.message);
        break;
      case 'found':
        this.toolbar.find.found(message.instance, message.problem);
        break;
      case 'paths':
        this.view.receivePaths(message.request, message.sceneNumber, message.paths);
        break;
      case 'selected':
        if (message.sceneNumber === this.shown.sceneNumber) this.view.setSelectedPaths(message.paths);
        break;
    }
  }

  /** Takes up where the session says it is; what it was asked for since stays asked for. */
  private hear({ sceneNumber, panel, run, timeline, scene }: Showing, said: ShownState): void {
    const wanted = this.pending.wanted(said);
    const selection = this.pending.selection(said.state);
    const state = said.wanted === undefined && wanted === said.state ? wanted : { ...said.state, selection };
    const log = run?.folder === this.shown.run?.folder ? this.shown.log : undefined;
    this.update({ sceneNumber, panel, run, timeline, log, scene, state, wanted });
  }

  private update(shown: Shown): void {
    const before = this.shown;
    this.shown = shown;
    const { run, state, scene } = shown;
    this.notices.showEmpty(run === undefined && shown.sceneNumber >= 0);
    this.notices.showWaiting(!scene && run?.snapshots.length === 0 ? run.name : undefined);
    this.notices.nothing.hidden = scene?.instances !== 0;
    if (scene && scene !== before.scene) {
      this.notices.hideError();
      this.notices.showIdle();
      this.tooltip.hide();
    }
    this.toolbar.show(shown);
    this.filters.show(shown);
    this.legend.show(shown);
    this.timeline.show(shown);
    this.view.show(shown);
    if (run && before.run?.folder !== run.folder) this.pointer.restore(keptZoom(this.kept, run.folder));
    this.keep();
    if (!run || !scene || scene === before.scene) return;
    const snapshot =
      state.view === 'time' ? levelName(run, state.level) : snapshotNameAt(run, state.snapshot);
    const label = describeScene(scene, run.name, snapshot);
    this.view.stage.element.setAttribute('aria-label', label);
    if (before.scene) this.say(label.split('.')[0]);
  }

  private keep(): void {
    this.persist(persisted(this.shown, this.pointer.kept()));
  }

  /** Asks the session for a change. Controls show it at once, the drawing as far as it needs no other one. */
  private change(part: Partial<PageState>): void {
    const number = this.pending.add(part);
    this.post({ type: 'change', number, change: part, run: this.shown.run?.version });
    const { state, wanted } = this.shown;
    const onlySelection = part.selection !== undefined && Object.keys(part).length === 1;
    const settled = onlySelection && wanted === state;
    const next = { ...wanted, ...part };
    const selection = part.selection ?? state.selection;
    this.update({ ...this.shown, state: settled ? next : { ...state, selection }, wanted: next });
  }

  private say(text: string): void {
    this.live.textContent = text;
  }

  private hover(hit: Hit | undefined, x: number, y: number): void {
    this.view.setHover(hit);
    const { scene } = this.shown;
    if (!hit || !scene) this.tooltip.hide();
    else this.tooltip.show(this.describe(scene, hit, x, y), this.view.fills(), x, y);
  }

  private describe(drawing: Scene, hit: Hit, clientX: number, clientY: number): Description {
    const description = describePart(drawing, hit);
    if (drawing.kind !== 'patterns' || !this.view.drawn || hit.kind === 'ribbon') return description;
    const unit = unitAt(drawing, this.view.drawn, this.pointer.pointOf({ clientX, clientY }).x);
    const facts = unit === undefined ? [] : describeUnit(drawing, hit.block, unit);
    return { ...description, facts: [...description.facts, ...facts] };
  }

  private focused(place: KeyPlace): void {
    const { scene } = this.shown;
    const { drawn, zoom, stage } = this.view;
    if (!scene || !drawn) return;
    const description = describePart(scene, place);
    this.say(sayDescription(description));
    const at = beside(drawn, place);
    const { left, top } = stage.element.getBoundingClientRect();
    const [x, y] = [left + at.x * zoom.k + zoom.x, top + at.y * zoom.k + zoom.y];
    this.tooltip.show(description, this.view.fills(), x, y);
  }

  private partOf(place: PartPlace): ScenePart {
    return 'flow' in place
      ? { flow: { gap: place.gap, flow: place.flow } }
      : { block: this.view.referenceOf(place) };
  }

  private select(hit: Hit | undefined, add: boolean): void {
    const { selection } = this.shown.state;
    if (hit) {
      if (hit.kind === 'block') this.view.setFocus(hit, false);
      this.change({ selection: selectPart(selection, this.partOf(hit), add) });
    } else if (selection.kind !== 'none') {
      this.change({ selection: { kind: 'none' } });
    }
  }

  private filter(selection: Selection): void {
    const { run, state, scene } = this.shown;
    if (!run || !scene || selection.kind !== 'blocks') return;
    const { blocks, flows = [] } = selection;
    const one = blocks.length + flows.length === 1 && scene.kind !== 'partition';
    const title = one ? this.onePartTitle(scene, selection) : filterTitle(selection, state, run);
    this.post({ type: 'filter', blocks, flows, title });
  }

  private onePartTitle(drawing: Scene, { blocks, flows = [] }: PartsSelection): string {
    const { run, state } = this.shown;
    if (blocks.length === 0 && (drawing.kind === 'flow' || drawing.kind === 'time')) {
      const [{ gap, flow }] = flows;
      return (
        ribbonTitle(drawing, gap, flow) +
        (drawing.kind === 'flow' ? ` at ${snapshotNameAt(run!, state.snapshot)}` : '')
      );
    }
    const [{ column, block }] = blocks;
    const place = this.view.drawn!.columns.findIndex((one) => one.source === column);
    const at = state.view === 'time' ? column : state.snapshot;
    return `${describeBlock(drawing, place, block).title} at ${snapshotNameAt(run!, at)}`;
  }

  private back(): void {
    const { selection } = this.shown.state;
    const { filters } = this.shown.wanted;
    this.tooltip.hide();
    if (selection.kind !== 'none') {
      this.change({ selection: { kind: 'none' } });
      this.say('Nothing selected');
    } else if (filters.length > 0) {
      this.change({ filters: filters.slice(0, -1) });
    }
  }

  private bindKeys(): void {
    bindKeys(this.view, {
      focused: (place) => this.focused(place),
      select: (place, add) => {
        if ('flow' in place) {
          this.select({ kind: 'ribbon', ...place }, add);
        } else {
          this.select({ kind: 'block', ...place }, add);
          this.view.setFocus(place, true);
        }
        this.say(`${selectedCount(this.shown.state.selection)} selected`);
      },
      filter: (place) => {
        const { selection } = this.shown.state;
        if (selection.kind === 'blocks') this.filter(selection);
        else if (selection.kind !== 'none') this.post({ type: 'command', command: 'apd.filterToSelection' });
        else if (place) this.filter(selectPart({ kind: 'none' }, this.partOf(place), false));
      },
      back: () => this.back(),
      snapshot: (step) => this.toolbar.stepper.step(step),
      play: () => this.toolbar.stepper.togglePlay(),
      zoomBy: (factor) => this.pointer.zoomBy(factor),
      fit: () => this.pointer.fit(),
    });
    this.view.stage.element.addEventListener('blur', () => this.tooltip.hide());
  }

  private openHeadMenu(column: number, anchor: HTMLElement): void {
    const { run, state, wanted, scene } = this.shown;
    if (!run || !scene) return;
    const source = this.view.drawn?.columns[column]?.source ?? state.level;
    const level = scene.kind === 'time' ? state.level : source;
    if (level >= run.layers.length) return;
    openMenu(
      anchor,
      levelName(run, level),
      levelMenu(run, wanted, level, (part) => this.change(part)),
    );
  }

  private openTable(): void {
    const { run, state, scene } = this.shown;
    if (!run || !scene) return;
    const snapshot =
      state.view === 'time' ? levelName(run, state.level) : snapshotNameAt(run, state.snapshot);
    this.table.open(scene, describeScene(scene, run.name, snapshot).split('. ')[0]);
  }
}
