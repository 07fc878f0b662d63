import * as vscode from 'vscode';
import type { ProgressNote, RunInfo } from '../protocol/engine';
import type { Paths, Scene, Timeline } from '../protocol/scene';
import {
  initialState,
  type BlockReference,
  type FlowReference,
  type Selection,
  type ViewState,
} from '../protocol/state';
import type { EngineClient } from './engineClient';
import { isCancelled, messageOf } from './failures';
import { carriedSelection, fitted, redraws } from './viewChange';

/** What a session needs of the engine. */
export type Requests = Pick<EngineClient, 'request'>;

/** What changed: run (facts, timeline), state, scene (a new drawing), selection, busy, or error. */
export type SessionEvent = 'run' | 'state' | 'scene' | 'selection' | 'busy' | 'error';

/** Short work is not announced: a message that flashes by disturbs more than it tells. */
const ANNOUNCE_AFTER_MS = 120;

/**
 * How one run is looked at. Panel, trees, status bar and commands read it and ask it to change; none keeps a copy.
 * Drawing goes on in the engine: the latest request wins, older ones are cancelled.
 */
export class Session implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<SessionEvent>();
  readonly onDidChange = this.emitter.event;

  /** Facts of the run, once it was opened. */
  run?: RunInfo;
  timeline?: Timeline;
  /** What is on screen, its number (rising), and the state it was drawn of. */
  drawing?: Scene;
  scene = 0;
  shown?: ViewState;
  /** Work that is going on, and the last failure. */
  progress?: ProgressNote;
  error?: string;
  /** The failure itself, for who decides how to tell it. */
  failure?: unknown;
  /** Height of the panel in pixels. */
  height = 640;

  private current: ViewState;
  private work?: vscode.CancellationTokenSource;
  private latest: Promise<void> = Promise.resolve();
  private announcing?: NodeJS.Timeout;
  /** Blocks selected in the scene before, to be found again in the next one. */
  private carried?: BlockReference[];
  private disposed = false;

  /**
   * @param folder absolute path of the run
   * @param remembered state it was last looked at in
   */
  constructor(
    private readonly engine: Requests,
    readonly folder: string,
    private readonly remembered?: ViewState,
    usualBudget = initialState.budget,
  ) {
    this.current = remembered ?? { ...initialState, budget: usualBudget };
  }

  /** The state as it was asked for; the drawing of it may be under way. */
  get state(): ViewState {
    return this.current;
  }

  /** True while the engine draws. */
  get busy(): boolean {
    return this.work !== undefined;
  }

  /** Opens the run and draws it. Failures are kept in `error`, they do not reject. */
  load(): Promise<void> {
    return this.start('Opening the run…', async (token) => {
      const fresh = this.run === undefined;
      const run = await this.engine.request('run/open', { folder: this.folder }, token);
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      const last = run.snapshots.length - 1;
      // Who looked at the newest snapshot goes on looking at the newest; nobody else is moved.
      const atLast = this.run !== undefined && this.current.snapshot === this.run.snapshots.length - 1;
      this.run = run;
      const snapshot = (fresh && !this.remembered) || atLast ? last : this.current.snapshot;
      const colour = this.current.colour ?? (run.labelled ? 'label' : 'output');
      const level = fresh && !this.remembered ? run.layers.length - 1 : this.current.level;
      this.current = fitted({ ...this.current, snapshot, colour, level }, run);
      this.emitter.fire('run');
      await this.draw(token);
      void this.loadTimeline();
    });
  }

  /** Asks for another state. Whatever changes the drawing starts a new one; what was under way is cancelled. */
  change(change: Partial<ViewState>): void {
    const before = this.current;
    let next = fitted({ ...before, ...change }, this.run);
    const redraw = redraws(before, next);
    if (redraw && change.selection === undefined && next.selection.kind === 'blocks') {
      this.carried ??= next.selection.blocks;
      next = { ...next, selection: { kind: 'none' } };
    } else if (change.selection !== undefined) {
      this.carried = undefined;
    }
    this.current = next;
    this.emitter.fire('state');
    if (redraw) void this.redraw();
    else if (change.selection !== undefined) this.emitter.fire('selection');
  }

  /** Draws the state again. */
  redraw(): Promise<void> {
    if (!this.run) return this.load();
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
    if (different && this.current.view === 'partition' && this.drawing) void this.redraw();
  }

  /** Where the instances of blocks, or of one flow, of the shown scene go; undefined while nothing is shown. */
  async paths(
    blocks: BlockReference[],
    flow?: FlowReference,
    token?: vscode.CancellationToken,
  ): Promise<Paths | undefined> {
    if (!this.shown) return undefined;
    const params = { folder: this.folder, state: this.shown, blocks, flow };
    return this.engine.request('scene/paths', params, token);
  }

  /** Paths of what is selected, to be kept lit. */
  async selectedPaths(token?: vscode.CancellationToken): Promise<Paths | undefined> {
    const { selection } = this.current;
    if (!this.shown || selection.kind === 'none') return undefined;
    if (selection.kind === 'blocks') return this.paths(selection.blocks, undefined, token);
    const { instances } = selection;
    return this.engine.request(
      'scene/pathsOfInstances',
      { folder: this.folder, state: this.shown, instances },
      token,
    );
  }

  /** Shows only the instances of some blocks of the shown scene. */
  async filter(blocks: BlockReference[], title: string): Promise<void> {
    if (!this.shown) return;
    const { instances } = await this.engine.request('scene/instances', {
      folder: this.folder,
      state: this.shown,
      blocks,
    });
    this.addFilter(title, instances);
  }

  /** Shows only these instances. */
  addFilter(title: string, instances: number[]): void {
    this.carried = undefined;
    this.change({ filters: [...this.current.filters, { title, instances }], selection: { kind: 'none' } });
  }

  dispose(): void {
    this.disposed = true;
    this.work?.cancel();
    clearTimeout(this.announcing);
    this.emitter.dispose();
  }

  private async draw(token: vscode.CancellationToken): Promise<void> {
    const state = this.current;
    const drawing = await this.engine.request(
      'scene/draw',
      { folder: this.folder, state, shown: this.shown, height: this.height },
      token,
      (note) => {
        if (this.work?.token === token) this.announce(note);
      },
    );
    if (token.isCancellationRequested || this.disposed) throw new vscode.CancellationError();
    const sameView = this.shown?.view === state.view;
    const selection: Selection =
      this.carried && sameView ? carriedSelection(this.carried, drawing) : this.current.selection;
    this.carried = undefined;
    this.drawing = drawing;
    this.shown = state;
    this.scene++;
    this.current = { ...this.current, selection };
    this.emitter.fire('scene');
  }

  private async loadTimeline(): Promise<void> {
    try {
      this.timeline = await this.engine.request('run/timeline', { folder: this.folder });
      if (!this.disposed) this.emitter.fire('run');
    } catch (error) {
      this.fail(error);
    }
  }

  /** Starts work in place of what is under way. */
  private start(message: string, job: (token: vscode.CancellationToken) => Promise<void>): Promise<void> {
    this.work?.cancel();
    const work = new vscode.CancellationTokenSource();
    this.work = work;
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => this.announce({ message }), ANNOUNCE_AFTER_MS);
    this.latest = this.perform(work, job);
    return this.latest;
  }

  private async perform(
    work: vscode.CancellationTokenSource,
    job: (token: vscode.CancellationToken) => Promise<void>,
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
    } else if (isCancelled(failure) && this.shown) {
      this.carried = undefined;
      this.current = { ...this.shown, selection: { kind: 'none' } };
      this.emitter.fire('state');
    } else {
      this.fail(isCancelled(failure) ? new Error('Cancelled. Refresh draws it.') : failure);
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
