import { createHash } from 'node:crypto';
import path from 'node:path';
import type { LogOptions } from '../../protocol/logs';
import { linkTarget, readLinks, type RunLinks } from '../../runs/links';
import type { TrainingLog } from '../../logs/formats/log';
import { splitOfFolder } from '../../logs/matching/splitFolder';
import type { OpenedRun, RunStore } from '../analysis/runStore';
import type { Work } from '../work/work';
import { declaredLog, logsBeside, type ChosenLog, type FoundBeside } from './chosenLog';
import type { LogRegistry, ReadLog } from './logRegistry';
import { findCompanion } from './companion';
import { withCompanion } from './companionRows';
import { joinEvents, type ReadEvents } from './eventRows';
import { findEventRun } from './eventRun';
import { MatchedLog, type Corrections } from './matchedLog';

/** The log of a run, read up to its present end. */
export interface RunLog {
  opened: OpenedRun;
  /** Changes whenever anything about it does. */
  version: string;
  chosen?: ChosenLog;
  followed?: ReadLog['followed'];
  /** Absolute path of the event file of which the metrics were added. */
  companion?: string;
  /** What was read of it, with the snapshots; stays while the file is missing. */
  matched?: MatchedLog;
}

/** Matched logs that are kept. */
const KEPT = 8;

/** Which log each run has, and how it belongs to the run's snapshots. */
export class RunLogs {
  /** Logs that were found beside the checkpoints of runs, and those there that match no snapshot. */
  private readonly beside = new Map<string, { chosen?: ChosenLog; refused: Set<string> }>();
  /** The last of each run and file, least recently used first. */
  private readonly matched = new Map<string, { version: string; matched: MatchedLog }>();

  constructor(
    private readonly store: RunStore,
    readonly registry: LogRegistry,
  ) {}

  /**
   * The log of a run without reading it through.
   * @param found logs beside checkpoints that were found a moment ago
   * @throws InputError where the folder is no run
   */
  async find(folder: string, options: LogOptions, found?: FoundBeside): Promise<ChosenLog | undefined> {
    const declared = await declaredLog(folder, await readLinks(folder));
    if (declared || declared === null || !options.findBeside) return declared ?? undefined;
    const opened = await this.store.open(folder);
    const known = this.beside.get(opened.run.folder);
    if (known?.chosen) return known.chosen;
    const candidates = await logsBeside(opened.run.folder, opened.run.manifest, found);
    return candidates.find(({ file }) => !known?.refused.has(file));
  }

  /**
   * The log of a run, or another one in its stead.
   * @throws InputError where the folder is no run; what is wrong with the log is told by its state
   */
  async read(folder: string, options: LogOptions, work: Work, instead?: string): Promise<RunLog> {
    const opened = await this.store.open(folder);
    const links = await readLinks(opened.run.folder);
    const declared: ChosenLog | null | undefined =
      instead === undefined
        ? await declaredLog(opened.run.folder, links)
        : { file: path.resolve(instead), origin: 'linked' };
    if (declared) return this.readChosen({ opened, links, chosen: declared, options, work });
    const found =
      declared === undefined && options.findBeside ? await this.readBeside(opened, options, work) : undefined;
    return found ?? { opened, version: `none ${opened.version}` };
  }

  /**
   * The log of a run at this moment, with what was set right by hand for it.
   * @throws InputError where the folder is no run
   */
  private async readChosen({
    opened,
    links,
    chosen,
    options,
    work,
  }: {
    opened: OpenedRun;
    links: RunLinks;
    chosen: ChosenLog;
    options: LogOptions;
    work: Work;
  }): Promise<RunLog> {
    const { folder, manifest } = opened.run;
    const { followed, version: readVersion } = await this.registry.read(chosen.file, options, work.signal);
    const run = await this.readEventRun(chosen.file, followed.log, options, work);
    const { log } = followed;
    const companion = await this.readCompanion(chosen.file, log, options, work);
    const corrections = correctionsOf(folder, links, chosen.file);
    const of = companion && [companion.followed.file, companion.version];
    const parts = [chosen.file, chosen.origin, readVersion, run.versions, opened.version, corrections, of];
    const version = createHash('sha1').update(JSON.stringify(parts)).digest('hex');
    const matched =
      log &&
      this.keep(`${folder}\n${chosen.file}`, version, () => {
        const all = run.join(log);
        const whole = companion ? withCompanion(all, companion.followed) : all;
        return new MatchedLog(whole, manifest, corrections, plainSplit(chosen.file, log));
      });
    const beside = [...(companion ? [companion.followed.file] : []), ...run.others];
    return { opened, version, chosen, followed, companion: beside.at(-1), matched };
  }

  /** All event files of the run that one belongs to, as one log. */
  private async readEventRun(
    file: string,
    log: TrainingLog | undefined,
    options: LogOptions,
    work: Work,
  ): Promise<{ join: (log: TrainingLog) => TrainingLog; others: string[]; versions: string[] }> {
    const files = log?.format === 'events' ? await findEventRun(file) : [];
    if (files.length < 2) return { join: (alone) => alone, others: [], versions: [] };
    const parts: ReadEvents[] = [];
    const versions: string[] = [];
    for (const one of files) {
      const read = await this.registry.read(one.file, options, work.signal);
      versions.push(read.version);
      if (read.followed.log?.format === 'events') parts.push({ ...one, log: read.followed.log });
    }
    const others = parts.flatMap((one) => (one.file === file ? [] : [one.file]));
    return { join: () => joinEvents(parts, file), others, versions };
  }

  /** The event file that belongs to another one, read up to its present end; undefined where there is none. */
  private async readCompanion(
    file: string,
    log: TrainingLog | undefined,
    options: LogOptions,
    work: Work,
  ): Promise<ReadLog | undefined> {
    const companion = log?.format === 'events' ? await findCompanion(file) : undefined;
    return companion === undefined ? undefined : this.registry.read(companion, options, work.signal);
  }

  /** The likeliest log beside the checkpoints that has a row of at least one of them. The one found before stays. */
  private async readBeside(opened: OpenedRun, options: LogOptions, work: Work): Promise<RunLog | undefined> {
    const { folder, manifest } = opened.run;
    const before = this.beside.get(folder)?.chosen;
    const refused = new Set<string>();
    const read = async (chosen: ChosenLog) => {
      const log = await this.readChosen({ opened, links: noLinks, chosen, options, work });
      const fits = log.followed?.state === 'read' && log.matched && log.matched.marks.length > 0;
      if (!fits) refused.add(chosen.file);
      this.beside.set(folder, { refused, ...(fits ? { chosen } : {}) });
      return fits ? log : undefined;
    };
    const again = before && (await read(before));
    if (again) return again;
    for (const chosen of await logsBeside(folder, manifest)) {
      const log = refused.has(chosen.file) ? undefined : await read(chosen);
      if (log) return log;
    }
    return undefined;
  }

  /** What was matched before of the same run and log is let go: rows of long logs are many. */
  private keep(key: string, version: string, make: () => MatchedLog): MatchedLog {
    const known = this.matched.get(key);
    const matched = known?.version === version ? known.matched : make();
    this.matched.delete(key);
    this.matched.set(key, { version, matched });
    for (const oldest of this.matched.keys()) {
      if (this.matched.size <= KEPT) break;
      this.matched.delete(oldest);
    }
    return matched;
  }
}

/** The part of the data that metrics of a log are of where their names do not say it. */
function plainSplit(file: string, { format }: TrainingLog): 'train' | 'validation' | undefined {
  return format === 'events' ? splitOfFolder(path.dirname(file)) : undefined;
}

const noLinks: RunLinks = { formatVersion: 1 };

/** What was set right for a file; nothing where another one was linked when it was. */
function correctionsOf(folder: string, { log }: RunLinks, file: string): Corrections {
  if (!log || log.path === null || linkTarget(folder, log.path) !== file) return {};
  const { rows, epochShift } = log;
  return { ...(rows ? { rows } : {}), ...(epochShift === undefined ? {} : { epochShift }) };
}
