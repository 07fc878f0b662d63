import { CancellationTokenSource, Emitter, type CancellationToken } from 'vscode-jsonrpc/node';
import type { ProgressNote, RunInfo } from '../../protocol/engine';
import type { LogCurves } from '../../protocol/logs';
import type { Paths, Scene, Timeline } from '../../protocol/scene';
import { initialState, type Selection, type ViewState } from '../../protocol/state';
import type { Requests } from '../engine/engineClient';
import { CancelledError, isCancelled, messageOf } from '../shared/failures';
import { notFound } from './notFound';
import { LogCurvesReader, type CurvesSource } from './logCurves';
import {
  carriedSnapshot,
  renumbered,
  renumberedScene,
  renumberedTimeline,
  renumbersSnapshots,
} from './renumbering';
import { carriedSelection, withinRun, redraws, renumbersNodes } from './viewChange';

/** What changed: run (facts, timeline), state, scene (a new drawing), selection, curves (of the log), busy, or error. */
export type SessionEvent = 'run' | 'state' | 'scene' | 'selection' | 'curves' | 'busy' | 'error';

/** Short work is not announced: a message that flashes by disturbs more than it tells. */
const ANNOUNCE_AFTER_MS = 120;

/** What a session begins with. */
interface SessionOptions {
  /** State it was last looked at in. */
  remembered?: ViewState;
  /** Blocks of a level when nothing is remembered. */
  usualBudget?: number;
  /** Name of its panel, which stays when the window is reloaded. */
  panel?: string;
}

/**
 * How one run is looked at. Panel, trees, status bar and commands read it and ask it to change; none keeps a copy.
 * Drawing goes on in the engine: the latest request wins, older ones are cancelled. It needs no VS Code around it.
 */
export class Session {
  private readonly emitter = new Emitter<SessionEvent>();
  readonly onDidChange = this.emitter.event;

  /** Facts of the run, once it was opened. */
  run?: RunInfo;
  timeline?: Timeline;
  /** What is on screen, its number (rising), and the state it was drawn of. */
  scene?: Scene;
  sceneNumber = 0;
  shown?: ViewState;
  /** Work that is going on, and the last failure. */
  progress?: ProgressNote;
  error?: string;
  /** The failure itself, for who decides how to tell it. */
  failure?: unknown;
  /** Height of the panel in pixels. */
  height = 640;
  /** Index of the snapshot to show first, where it is not the one that was looked at last, or the newest. */
  beginsAt?: number;
  /** Where its panel was when it was left: the snapshot by its own name, and whether the newest was followed. */
  returnsTo?: { snapshot?: string; follows?: boolean };

  /** Name of its panel, which stays when the window is reloaded. */
  readonly panel: string;
  private readonly remembered?: ViewState;
  private current: ViewState;
  private work?: CancellationTokenSource;
  private latest: Promise<void> = Promise.resolve();
  private announcing?: NodeJS.Timeout;
  /** State whose drawing failed: a refresh tries it again. */
  private failed?: ViewState;
  private disposed = false;
  private following = false;
  /** Newest snapshot of the run when the scene on screen was drawn. */
  private newestShown = 0;
  private log?: LogCurvesReader;

  /**
   * @param folder absolute path of the run
   */
  constructor(
    private readonly engine: Requests,
    readonly folder: string,
    { remembered, usualBudget = initialState.budget, panel = '' }: SessionOptions = {},
  ) {
    this.remembered = remembered;
    this.panel = panel;
    this.current = remembered ?? { ...initialState, budget: usualBudget };
  }

  /** The state as it was asked for; the drawing of it may be under way. Its selection is of what is on screen. */
  get state(): ViewState {
    return this.current;
  }

  /** State of what is on screen, with its selection; undefined while nothing is. */
  get onScreen(): ViewState | undefined {
    return this.shown && { ...this.shown, selection: this.current.selection };
  }

  /** Curves of the run's log, once they were read. */
  get curves(): LogCurves | undefined {
    return this.log?.curves;
  }

  /** True while the engine draws. */
  get busy(): boolean {
    return this.work !== undefined;
  }

  /** Opens the run and draws it. Failures are kept in `error`, they do not reject. */
  load(): Promise<void> {
    return this.start('Opening the run…', async (token) => {
      const fresh = this.run === undefined;
      if (this.failed) this.current = { ...this.failed, selection: this.current.selection };
      this.failed = undefined;
      const run = await this.engine.request('run/open', { folder: this.folder }, token);
      if (token.isCancellationRequested) throw new CancelledError();
      const last = run.snapshots.length - 1;
      const renumbers = this.take(run);
      this.current = this.placed(run, fresh);
      if (fresh && !this.returnsTo) this.following ||= this.current.snapshot === Math.max(0, last);
      // Of a run that grows nothing is shown by halves: its timeline is there by the time its new drawing is. But who
      // points at snapshots by number is to mean the same ones at once.
      if (fresh || renumbers || last < 0) this.emitter.fire('run');
      // A run that has just begun is loaded again when its first snapshot is there.
      if (last < 0) return;
      if (!fresh) void this.loadTimeline();
      await this.draw(token);
      if (fresh) void this.loadTimeline();
      this.logChanged();
    });
  }

  /** The state in a run that was read: at its newest snapshot for who looks at that, nobody else is moved. */
  private placed(run: RunInfo, fresh: boolean): ViewState {
    if (fresh) this.goBack(run);
    const last = run.snapshots.length - 1;
    const follows = this.following || (fresh && !this.remembered);
    const usual = follows ? last : this.current.snapshot;
    const snapshot = (fresh ? this.beginsAt : undefined) ?? usual;
    const colour = this.current.colour ?? (run.labelled ? 'label' : 'output');
    const level = fresh && !this.remembered ? run.layers.length - 1 : this.current.level;
    return withinRun({ ...this.current, snapshot, colour, level }, run);
  }

  private goBack({ snapshots }: RunInfo): void {
    const { snapshot: id, follows } = this.returnsTo ?? {};
    const snapshot = snapshots.findIndex((one) => one.id === id);
    if (snapshot >= 0) this.current = { ...this.current, snapshot };
    if (follows !== undefined) this.following = follows;
  }

  /** Takes the facts of the run as it is now; true when snapshots have other numbers. What is on screen keeps its own. */
  private take(run: RunInfo): boolean {
    const before = this.run;
    this.run = run;
    if (!before || !renumbersSnapshots(before, run)) return false;
    const { view } = this.shown ?? this.current;
    this.current = renumbered(this.current, view, before, run);
    this.newestShown = carriedSnapshot(before, run, this.newestShown);
    this.timeline &&= renumberedTimeline(this.timeline, before, run);
    this.shown &&= renumbered(this.shown, view, before, run);
    if (this.scene?.kind === 'time') {
      this.scene = renumberedScene(this.scene, before, run);
      this.sceneNumber++;
    }
    return true;
  }

  /** Shows the curves of the run's log from now on, which are read when the run is loaded. */
  showCurves(source: CurvesSource): void {
    this.log = new LogCurvesReader(this.engine, this.folder, source, () => {
      if (!this.disposed) this.emitter.fire('curves');
    });
    if (this.scene) this.logChanged();
  }

  /** The log of the run, or which it is, changed. */
  logChanged(): void {
    if (this.run && !this.disposed) this.log?.read(this.current.metrics);
  }

  /** Loads the run again where it was written to since, or could not be read: nobody is disturbed otherwise. */
  async refresh(): Promise<void> {
    if (!this.run) await this.settled();
    if (this.run && this.error === undefined && (await this.isCurrent())) return;
    await this.load();
  }

  private async isCurrent(): Promise<boolean> {
    try {
      const { version } = await this.engine.request('run/open', { folder: this.folder });
      return version === this.run?.version;
    } catch {
      // Loading it tells why it cannot be read.
      return false;
    }
  }

  /**
   * Asks for another state. Whatever changes the drawing starts a new one; what was under way is cancelled. A selection
   * stays with what is on screen until the new drawing is there, and is then found again in it.
   */
  change(change: Partial<ViewState>): void {
    const before = this.current;
    this.current = withinRun({ ...before, ...change }, this.run);
    this.failed = undefined;
    // Steps back let the newest snapshot go; a step onto it, as far as the panel knew of it, holds on to it again.
    if (change.snapshot !== undefined) this.following = this.current.snapshot >= this.newestShown;
    this.emitter.fire('state');
    if (redraws(before, this.current)) void this.redraw();
    if (JSON.stringify(before.metrics) !== JSON.stringify(this.current.metrics)) this.logChanged();
    if (change.selection !== undefined) this.emitter.fire('selection');
  }

  /** Whether each new snapshot of the run is gone to. */
  get followsLatest(): boolean {
    return this.following;
  }

  /** Goes to the newest snapshot, and to each that comes; or stays at the one that is shown. */
  followLatest(follow: boolean): void {
    this.following = follow;
    if (follow && this.run) this.change({ snapshot: this.run.snapshots.length - 1 });
    else this.emitter.fire('state');
  }

  /** Draws the state again. */
  redraw(): Promise<void> {
    if (!this.run || this.run.snapshots.length === 0) return this.load();
    return this.start('Drawing…', (token) => this.draw(token));
  }

  /** Ends what is under way; the state goes back to what is on screen. */
  cancel(): void {
    this.work?.cancel();
  }

  /** Settles when nothing is under way. */
  async settled(): Promise<void> {
    while (this.work) await this.latest;
  }

  /** The panel's height changed: the partition merges what is lower than a pixel. */
  resize(height: number): void {
    const different = Math.abs(height - this.height) > 0.25 * this.height;
    this.height = height;
    if (different && this.current.view === 'partition' && this.scene) void this.redraw();
  }

  /** Where instances of the shown scene go; undefined while nothing is shown. */
  async paths(selection: Selection, token?: CancellationToken): Promise<Paths | undefined> {
    if (!this.shown) return undefined;
    return this.engine.request('scene/paths', { folder: this.folder, state: this.shown, selection }, token);
  }

  /** Paths of what is selected, to be kept lit. */
  async selectedPaths(token?: CancellationToken): Promise<Paths | undefined> {
    const { selection } = this.current;
    return selection.kind === 'none' ? undefined : this.paths(selection, token);
  }

  /**
   * Selects an instance, if it is shown.
   * @returns why it is not, in a sentence for the user; undefined when it is selected
   */
  async find(instance: number): Promise<string | undefined> {
    const state = this.shown;
    if (!state) return 'Nothing is drawn yet.';
    const found = await this.engine.request('instances/find', { folder: this.folder, state, instance });
    if (found.where !== 'shown') return notFound(instance, found);
    this.change({ selection: { kind: 'instances', instances: [instance] } });
    return undefined;
  }

  /** Shows only the instances of a selection in the shown scene. */
  async filter(selection: Selection, title: string): Promise<void> {
    if (!this.shown) return;
    const params = { folder: this.folder, state: this.shown, selection };
    const step = { title, ...(await this.engine.request('scene/instances', params)) };
    this.change({ filters: [...this.current.filters, step], selection: { kind: 'none' } });
  }

  dispose(): void {
    this.disposed = true;
    this.work?.cancel();
    clearTimeout(this.announcing);
    this.emitter.dispose();
  }

  private async draw(token: CancellationToken): Promise<void> {
    const state = this.current;
    const drawing = await this.engine.request(
      'scene/draw',
      { folder: this.folder, state, shown: this.shown, height: this.height },
      token,
      (note) => {
        if (this.work?.token === token) this.announce(note);
      },
    );
    if (token.isCancellationRequested || this.disposed) throw new CancelledError();
    const selection = await this.carried(state, drawing, token);
    this.scene = drawing;
    this.shown = state;
    this.newestShown = (this.run?.snapshots.length ?? 0) - 1;
    this.sceneNumber++;
    this.current = { ...this.current, selection };
    this.emitter.fire('scene');
  }

  /** The selection, found again in a new drawing. */
  private async carried(state: ViewState, drawing: Scene, token: CancellationToken): Promise<Selection> {
    const before = this.shown;
    const { selection } = this.current;
    if (!before || !this.scene) return selection;
    if (selection.kind === 'blocks') return carriedSelection(selection, this.scene, drawing);
    if (selection.kind !== 'node' || !renumbersNodes(before, state, selection.level)) return selection;
    const { level, node } = selection;
    const params = { folder: this.folder, state, before, level, node };
    const later = await this.engine.request('level/continuation', params, token);
    if (token.isCancellationRequested || this.disposed) throw new CancelledError();
    // Another one may have been selected meanwhile: its numbers are still those of the old drawing.
    if (this.current.selection !== selection) return this.carried(state, drawing, token);
    return later.node < 0 ? { kind: 'none' } : { kind: 'node', level, node: later.node };
  }

  private async loadTimeline(): Promise<void> {
    try {
      this.timeline = await this.engine.request('run/timeline', { folder: this.folder });
      // A drawing that is under way brings it along.
      if (!this.disposed && !this.busy) this.emitter.fire('run');
    } catch (error) {
      this.fail(error);
    }
  }

  /** Starts work in place of what is under way. */
  private start(message: string, job: (token: CancellationToken) => Promise<void>): Promise<void> {
    this.work?.cancel();
    const work = new CancellationTokenSource();
    this.work = work;
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => this.announce({ message }), ANNOUNCE_AFTER_MS);
    this.latest = this.perform(work, job);
    return this.latest;
  }

  private async perform(
    work: CancellationTokenSource,
    job: (token: CancellationToken) => Promise<void>,
  ): Promise<void> {
    let failure: unknown;
    try {
      await job(work.token);
    } catch (error) {
      failure = error;
    }
    // Newer work took its place: neither its end nor its failure is anybody's concern.
    if (this.work !== work || this.disposed) return;
    clearTimeout(this.announcing);
    this.work = undefined;
    this.progress = undefined;
    if (failure === undefined) {
      this.error = undefined;
      this.failure = undefined;
    } else {
      const cancelled = isCancelled(failure);
      if (!cancelled) this.failed = this.current;
      // What is on screen is what the controls say again.
      this.current = this.onScreen ?? this.current;
      if (this.shown) this.emitter.fire('state');
      if (!cancelled) this.fail(failure);
      else if (!this.shown) this.fail(new Error('Cancelled. Refresh draws it.'));
    }
    this.emitter.fire('busy');
  }

  private fail(error: unknown): void {
    if (this.disposed) return;
    this.error = messageOf(error);
    this.failure = error;
    this.emitter.fire('error');
  }

  private announce(note: ProgressNote): void {
    this.progress = note;
    this.emitter.fire('busy');
  }
}
