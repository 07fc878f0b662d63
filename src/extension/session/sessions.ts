import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Requests } from '../engine/engineClient';
import { Session, type SessionEvent } from './session';
import { readRemembered } from './rememberedState';
import { filterLength, rememberable, unfiltered, withoutParts } from './viewChange';
import type { ViewState } from '../../protocol/state';
import { setting } from '../shared/settings';
import { Delayed } from '../shared/delayed';

/** Key and format of what is remembered in the workspace. */
const MEMORY_KEY = 'apd.views';
const MEMORY_VERSION = 3;
/** Panels whose last state is remembered. */
const MOST_PANELS = 50;
/** Characters of the filters of all of them: what is remembered is written anew, as JSON, with every change. */
const MOST_FILTERS = 800_000;
/** Changes that follow each other faster than this, in milliseconds, are written down as one. */
const WRITE_AFTER_MS = 30;

interface Memory {
  version: number;
  /** The run looked at last. */
  last?: string;
  /** Last state of every panel, the newest last. */
  views: RememberedView[];
}

interface RememberedView {
  panel: string;
  folder: string;
  state: ViewState;
  /** The snapshot by its own name: others may come before it while nobody looks. */
  snapshot?: string;
  /** Whether each new snapshot was gone to. */
  follows?: boolean;
}

/** What a page kept when the window was reloaded. */
export interface KeptView {
  /** Name of its panel. */
  panel?: string;
  state?: ViewState;
}

/** All sessions, one for each panel, and which of them views and commands mean. */
export class Sessions implements vscode.Disposable {
  private readonly all = new Map<Session, vscode.Disposable>();
  private current?: Session;
  /** Sessions whose last change is not written down yet. */
  private readonly unwritten = new Set<Session>();
  private readonly writing = new Delayed(() => this.write(), WRITE_AFTER_MS);
  private readonly changed = new vscode.EventEmitter<SessionEvent | 'active'>();
  private readonly drawn = new vscode.EventEmitter<Session>();
  private readonly failed = new vscode.EventEmitter<Session>();

  /** Something changed in the active session, or another one became active. */
  readonly onDidChange = this.changed.event;
  /** A session, active or not, shows another drawing. */
  readonly onDidDraw = this.drawn.event;
  /** A session, active or not, failed. */
  readonly onDidFail = this.failed.event;

  constructor(
    private readonly engine: Requests,
    private readonly memento: vscode.Memento,
  ) {}

  /** The session of the panel that was used last. */
  get active(): Session | undefined {
    return this.current;
  }

  /**
   * A new session of a run, in the state it was last looked at in.
   * @param kept what the page of a panel kept that comes back. VS Code writes that down only now and then, and not when
   * a page is reloaded by the browser, so that what is remembered here of the panel goes before it
   */
  create(folder: string, kept: KeptView = {}): Session {
    const { views } = this.memory();
    const own = views.find((view) => view.folder === folder && view.panel === kept.panel);
    const latest = views.findLast((view) => view.folder === folder);
    const remembered =
      readRemembered(own?.state) ??
      readRemembered(kept.state) ??
      // Numbers of blocks are those of a scene that another panel may show differently.
      elsewhere(latest);
    const panel = kept.panel ?? randomUUID();
    const session = new Session(this.engine, folder, {
      remembered,
      usualBudget: setting('apd.blocks'),
      panel,
    });
    if (own?.follows !== undefined && remembered) {
      session.returnsTo = { snapshot: own.snapshot, follows: own.follows };
    }
    this.all.set(
      session,
      session.onDidChange((event) => this.onEvent(session, event)),
    );
    return session;
  }

  /** Makes a session the one that views and commands mean. */
  activate(session: Session): void {
    if (this.current === session || !this.all.has(session)) return;
    this.current = session;
    this.changed.fire('active');
  }

  /** Ends a session whose panel was closed. */
  remove(session: Session): void {
    this.all.get(session)?.dispose();
    this.all.delete(session);
    session.dispose();
    if (this.current !== session) return;
    this.current = [...this.all.keys()].at(-1);
    this.changed.fire('active');
  }

  /** Sessions that show a run. */
  of(folder: string): Session[] {
    return [...this.all.keys()].filter((session) => session.folder === folder);
  }

  /** Folder of the run looked at last in this workspace. */
  get lastFolder(): string | undefined {
    return this.memory().last;
  }

  dispose(): void {
    this.writing.doNow();
    for (const session of [...this.all.keys()]) this.remove(session);
    this.changed.dispose();
    this.drawn.dispose();
    this.failed.dispose();
  }

  private onEvent(session: Session, event: SessionEvent): void {
    if (event === 'error') this.failed.fire(session);
    if (event === 'state' || event === 'scene') this.remember(session);
    if (session === this.current) this.changed.fire(event);
    if (event === 'scene') this.drawn.fire(session);
  }

  private memory(): Memory {
    const kept = this.memento.get<Memory>(MEMORY_KEY);
    return kept?.version === MEMORY_VERSION ? kept : { version: MEMORY_VERSION, views: [] };
  }

  private remember(session: Session): void {
    this.unwritten.add(session);
    this.writing.ask();
  }

  private write(): void {
    let { last, views } = this.memory();
    for (const session of this.unwritten) {
      const { panel, folder, state, busy } = session;
      // While another scene is drawn, blocks are still those of the one before.
      const kept = rememberable(busy ? withoutParts(state) : state);
      const { followsLatest: follows, run } = session;
      const snapshot = run?.snapshots[kept.snapshot]?.id;
      views = [
        ...views.filter((view) => view.panel !== panel),
        { panel, folder, state: kept, snapshot, follows },
      ];
      last = folder;
    }
    this.unwritten.clear();
    const memory: Memory = { version: MEMORY_VERSION, last, views: worthKeeping(views) };
    void this.memento.update(MEMORY_KEY, memory);
  }
}

/** The newest views, and of those the newest filters. */
function worthKeeping(views: RememberedView[]): RememberedView[] {
  let room = MOST_FILTERS;
  const newestFirst = views.slice(-MOST_PANELS).reverse();
  const kept = newestFirst.map((view) => {
    room -= filterLength(view.state);
    return room >= 0 ? view : { ...view, state: unfiltered(view.state) };
  });
  return kept.reverse();
}

function elsewhere(view: RememberedView | undefined): ViewState | undefined {
  const state = readRemembered(view?.state);
  return state && withoutParts(state);
}
