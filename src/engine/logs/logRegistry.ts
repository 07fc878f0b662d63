import type { LogOptions } from '../../protocol/logs';
import { FollowedLog } from '../../logs/following/followedLog';
import type { Tell } from '../work/handlers';

/** Changes of a log are told this often at most, in milliseconds. */
const TELL_MS = 250;
/** Logs that are not watched and are kept nevertheless, as they may be asked for again. */
const KEPT = 16;

interface Entry {
  log: FollowedLog;
  /** Another one for each reader of a file, as their versions begin anew. */
  serial: number;
  /** Requests that wait for it to be read. */
  busy: number;
  watched: boolean;
  toldAt: number;
  timer?: NodeJS.Timeout;
}

/** A log that was just read up to its end. */
export interface ReadLog {
  followed: FollowedLog;
  /** Another one whenever rows, state or problem changed. */
  version: string;
}

/** The logs that are read in this process, each once. Those that are watched are read as they grow, others when asked for. */
export class LogRegistry {
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private serials = 0;

  constructor(private readonly tell: Tell) {}

  /** A log, read up to its present end. What is wrong with it is told by its state. @throws when the signal is aborted */
  async read(file: string, options: Pick<LogOptions, 'pattern'>, signal?: AbortSignal): Promise<ReadLog> {
    const entry = this.entryOf(file, options);
    entry.busy++;
    try {
      await entry.log.update(signal);
    } finally {
      entry.busy--;
      this.closeUnused();
    }
    return { followed: entry.log, version: `${entry.serial}.${entry.log.version}` };
  }

  /** Tells of changes of these logs from now on, and of no others. */
  watch(files: readonly string[], options: Pick<LogOptions, 'pattern'>): void {
    const wanted = new Set(files.map((file) => this.entryOf(file, options)));
    for (const entry of this.entries.values()) {
      if (wanted.has(entry) === entry.watched) continue;
      entry.watched = !entry.watched;
      if (entry.watched) this.begin(entry);
      else this.end(entry);
    }
    this.closeUnused();
  }

  /** Ends all. */
  close(): void {
    for (const entry of this.entries.values()) {
      this.end(entry);
      entry.log.close();
    }
    this.entries.clear();
  }

  private entryOf(file: string, { pattern }: Pick<LogOptions, 'pattern'>): Entry {
    const key = `${file}\n${pattern ?? ''}`;
    const known = this.entries.get(key);
    this.entries.delete(key);
    const entry = known ?? {
      log: new FollowedLog(file, pattern ? { pattern: { pattern, source: 'apd.log.pattern' } } : {}),
      serial: ++this.serials,
      busy: 0,
      watched: false,
      toldAt: -Infinity,
    };
    this.entries.set(key, entry);
    return entry;
  }

  private begin(entry: Entry): void {
    entry.log.watch(() => this.changed(entry));
    // What came before the watcher was there makes no event.
    void entry.log.update();
  }

  private end(entry: Entry): void {
    entry.log.unwatch();
    clearTimeout(entry.timer);
    entry.timer = undefined;
  }

  private changed(entry: Entry): void {
    if (entry.timer) return;
    const wait = entry.toldAt + TELL_MS - performance.now();
    const tell = () => {
      entry.timer = undefined;
      entry.toldAt = performance.now();
      this.tell('log/changed', { file: entry.log.file });
    };
    if (wait <= 0) tell();
    else entry.timer = setTimeout(tell, wait);
  }

  private closeUnused(): void {
    const unused = [...this.entries].filter(([, { busy, watched }]) => busy === 0 && !watched);
    for (const [key, { log }] of unused.slice(0, Math.max(0, unused.length - KEPT))) {
      log.close();
      this.entries.delete(key);
    }
  }
}
