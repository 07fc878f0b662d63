import * as vscode from 'vscode';
import { Session, type Requests, type SessionEvent } from './session';
import { readRemembered, rememberable } from './viewChange';
import type { ViewState } from '../protocol/state';
import { setting } from './settings';

/** Key and format of what is remembered in the workspace. */
const MEMORY_KEY = 'apd.views';
const MEMORY_VERSION = 1;
/** Runs whose last state is remembered. */
const MOST_RUNS = 50;

interface Memory {
  version: number;
  /** The run looked at last. */
  last?: string;
  /** Last state by run folder, the newest last. */
  states: [folder: string, state: ViewState][];
}

/** All sessions, one for each panel, and which of them views and commands mean. */
export class Sessions implements vscode.Disposable {
  private readonly all = new Map<Session, vscode.Disposable>();
  private current?: Session;
  private readonly changed = new vscode.EventEmitter<SessionEvent | 'active'>();
  private readonly failed = new vscode.EventEmitter<Session>();

  /** Something changed in the active session, or another one became active. */
  readonly onDidChange = this.changed.event;
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

  /** A new session of a run, in the state it was last looked at in. */
  create(folder: string, state?: ViewState): Session {
    const remembered = state ?? readRemembered(this.memory().states.find(([of]) => of === folder)?.[1]);
    const session = new Session(this.engine, folder, remembered, setting('apd.blocks'));
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
    for (const session of [...this.all.keys()]) this.remove(session);
    this.changed.dispose();
    this.failed.dispose();
  }

  private onEvent(session: Session, event: SessionEvent): void {
    if (event === 'error') this.failed.fire(session);
    if (event === 'scene' || event === 'selection') this.remember(session);
    if (session === this.current) this.changed.fire(event);
  }

  private memory(): Memory {
    const kept = this.memento.get<Memory>(MEMORY_KEY);
    return kept?.version === MEMORY_VERSION ? kept : { version: MEMORY_VERSION, states: [] };
  }

  private remember(session: Session): void {
    const others = this.memory().states.filter(([folder]) => folder !== session.folder);
    const states = [...others, [session.folder, rememberable(session.state)] as [string, ViewState]];
    const memory: Memory = {
      version: MEMORY_VERSION,
      last: session.folder,
      states: states.slice(-MOST_RUNS),
    };
    void this.memento.update(MEMORY_KEY, memory);
  }
}
