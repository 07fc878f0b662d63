import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { buildDiagram } from '../../core/diagram';
import { InputError } from '../../core/errors';
import {
  resolveLevel,
  resolveSteps,
  wantedResolution,
  type Resolution,
  type ResolvedLevel,
} from '../../core/patterns/resolution';
import type { RecordedLevel, Snapshot } from '../../core/patterns/snapshot';
import { subsetSnapshot } from '../../core/patterns/subset';
import type { FilterStep } from '../../protocol/state';
import { MANIFEST_NAME, type Manifest } from '../../runs/manifest';
import { openRun, readSnapshot, snapshotChecksums, type Run } from '../../runs/readRun';
import { classCount, equalArrays, type AnalysedSnapshot } from './analyse';
import type { ByteCache } from '../work/byteCache';
import { InstanceSet } from './instanceSet';
import { keptFile, readKept, worthKeeping, writeKept, type KeptQuestion } from './keptPrototypes';
import { takeSteps } from '../work/takeSteps';
import { letMessagesIn, type Work } from '../work/work';

/** A run as it is on disk now. */
export interface OpenedRun {
  run: Run;
  /** Changes whenever the manifest does: begins the keys of everything that was computed of it. */
  key: string;
  /** Changes whenever the manifest does, also where the run only got more snapshots. */
  version: string;
}

/** Instances that are looked at; all of them when `instances` is absent. */
export interface Filter {
  /** Equal for equal instances. */
  key: string;
  instances?: InstanceSet;
}

/** Resolution of each level. */
export type LevelResolutions = (level: number) => Resolution;

/** The filter that lets everything through. */
export const noFilter: Filter = { key: 'all' };

/** The filter of instances that all steps name. @throws InputError */
export function filterOf(steps: readonly Pick<FilterStep, 'instances'>[]): Filter {
  if (steps.length === 0) return noFilter;
  const sets = steps.map(({ instances }) => InstanceSet.parse(instances));
  const kept = sets.reduce((all, set) => all.and(set));
  return { key: createHash('sha1').update(kept.bits).digest('hex'), instances: kept };
}

/**
 * Runs, their snapshots, and their levels at the resolutions asked for, kept in a cache. Everything but the reading of
 * one snapshot can be cancelled; messages are let in all the while.
 */
export class RunStore {
  private readonly opened = new Map<string, OpenedRun>();

  constructor(readonly cache: ByteCache) {}

  /**
   * Opens a run, or takes it from the cache while its manifest is the same. What was computed of a run that only got more
   * snapshots, as one under training does, stays.
   * @throws InputError
   */
  async open(folder: string): Promise<OpenedRun> {
    const resolved = path.resolve(folder);
    const manifest = await stat(path.join(resolved, MANIFEST_NAME)).catch(() => undefined);
    const version = manifest ? `${manifest.mtimeMs}:${manifest.size}:${manifest.ino}` : 'none';
    const key = `${resolved}\n${version}\n`;
    const known = this.opened.get(resolved);
    if (known?.version === version) return known;
    const run = await this.cache.remember(`${key}run`, () => openRun(resolved));
    // Another request may have opened it meanwhile.
    const before = this.opened.get(resolved);
    if (before?.version === version) return before;
    const grown = before && hasGrown(before.run.manifest, run.manifest);
    if (before && !grown) this.cache.forget(before.key);
    const opened = { run, key: grown ? before.key : key, version };
    this.opened.set(resolved, opened);
    return opened;
  }

  /** A snapshot, or the part of it that a filter lets through. @throws InputError */
  async snapshot({ run, key }: OpenedRun, index: number, filter = noFilter): Promise<Snapshot> {
    const { snapshots } = run.manifest;
    if (!Number.isInteger(index) || index < 0 || index >= snapshots.length) {
      throw new InputError(run.folder, `has ${snapshots.length} snapshots, none of number ${index}`);
    }
    const whole = () => this.cache.remember(`${key}snapshot ${index}`, () => readSnapshot(run, index));
    const { instances } = filter;
    if (!instances) return whole();
    return this.cache.remember(`${key}snapshot ${index} ${filter.key}`, async () => {
      const snapshot = await whole();
      return subsetSnapshot(
        snapshot,
        rowsWhere(snapshot.instances, (instance) => instances.has(instance)),
      );
    });
  }

  /**
   * A level of a snapshot at its resolution. Prototypes go on from those of the snapshot before, as far back as the level
   * shows as many prototypes of the same instances, so that they are the ones that every command names.
   */
  async level({
    opened,
    index,
    l,
    resolution,
    filter,
    work,
  }: {
    opened: OpenedRun;
    index: number;
    l: number;
    resolution: Resolution;
    filter: Filter;
    work: Work;
  }): Promise<ResolvedLevel> {
    const keyOf = (s: number) => `${opened.key}level ${s} ${l} ${resolution} ${filter.key}`;
    const snapshot = await this.snapshot(opened, index, filter);
    const wanted = wantedResolution(snapshot.levels[l], resolution);
    // Exact levels are there as they are, and prototypes that were recorded cannot be others.
    if (wanted === 'exact' || snapshot.levels[l].coarse) return resolveLevel(snapshot.levels[l], resolution);
    const { run } = opened;
    const checksums = (s: number) =>
      this.cache.remember(`${opened.key}checksums ${s}`, () => snapshotChecksums(run, s));
    const questionOf = (s: number, recorded: RecordedLevel): KeptQuestion => {
      return { run, checksums, snapshot: s, level: l, recorded, resolution, wanted };
    };
    /** Fitted prototypes of a snapshot: in memory, or in a file where all instances of a wide level are looked at. */
    const known = async (s: number, recorded: RecordedLevel): Promise<ResolvedLevel | undefined> => {
      const fitted = this.cache.peek<ResolvedLevel>(keyOf(s));
      if (fitted || filter.instances || !worthKeeping(recorded)) return fitted;
      const question = questionOf(s, recorded);
      const kept = await readKept(await keptFile(question), question);
      if (kept) this.cache.put(keyOf(s), kept);
      return kept;
    };
    let first = index;
    let earlier = await known(index, snapshot.levels[l]);
    if (earlier) return earlier;
    while (first > 0 && !earlier) {
      const before = await this.snapshot(opened, first - 1, filter);
      if (!equalArrays(before.instances, snapshot.instances)) break;
      if (wantedResolution(before.levels[l], resolution) !== wanted) break;
      earlier = await known(first - 1, before.levels[l]);
      if (!earlier) first--;
      await letMessagesIn(work);
    }
    for (let s = first; s <= index; s++) {
      const start = earlier;
      const { levels } = await this.snapshot(opened, s, filter);
      const { name } = run.layers[l];
      work.onProgress?.(`Prototypes of ${name}`, (s - first) / (index - first + 1));
      await letMessagesIn(work);
      earlier = await this.cache.share(keyOf(s), work, async (shared) => {
        const fitted = await takeSteps(resolveSteps(levels[l], resolution, start), shared);
        if (!filter.instances && worthKeeping(levels[l])) {
          const question = questionOf(s, levels[l]);
          await writeKept(await keptFile(question), question, fitted);
        }
        return fitted;
      });
    }
    return earlier!;
  }

  /** A snapshot with all levels at their resolutions. */
  async analysed({
    opened,
    index,
    resolutions,
    filter,
    work,
  }: {
    opened: OpenedRun;
    index: number;
    resolutions: LevelResolutions;
    filter: Filter;
    work: Work;
  }): Promise<AnalysedSnapshot> {
    const snapshot = await this.snapshot(opened, index, filter);
    const resolved: ResolvedLevel[] = [];
    for (const l of snapshot.levels.keys()) {
      resolved.push(await this.level({ opened, index, l, resolution: resolutions(l), filter, work }));
    }
    await letMessagesIn(work);
    const names = snapshot.levels.map((_, l) => resolutions(l)).join();
    const diagram = await this.cache.remember(`${opened.key}diagram ${index} ${names} ${filter.key}`, () =>
      buildDiagram({
        levels: resolved.map((level) => level.nodes),
        predicted: snapshot.predicted,
        outcome: snapshot.outcome,
        labels: snapshot.labels,
        classes: classCount(opened.run),
      }),
    );
    return { index, snapshot, resolved, diagram };
  }
}

/** True where a run has all that it had, and perhaps more snapshots after. */
function hasGrown(before: Manifest, now: Manifest): boolean {
  const { snapshots: earlier, ...rest } = before;
  const { snapshots: all, ...restNow } = now;
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return same(rest, restNow) && same(earlier, all.slice(0, earlier.length));
}

/** Positions of the values that are wanted, ascending. */
export function rowsWhere(values: Int32Array, wanted: (value: number, row: number) => boolean): Int32Array {
  const rows = new Int32Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) if (wanted(values[row], row)) rows[count++] = row;
  return rows.slice(0, count);
}
