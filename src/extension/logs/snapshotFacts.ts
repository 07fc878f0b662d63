import type * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import type { Services } from '../shared/services';
import { isCancelled, messageOf } from '../shared/failures';
import { sessionOf } from './logDocument';
import type { HoverFacts } from './hoverText';

/** What was found out about the snapshots of a run in one version. */
interface Known {
  version: string;
  bitChange: Map<number, (number | undefined)[]>;
}

/** Facts about snapshots that are looked up when they are asked for, and kept until the run changes. */
export class SnapshotFacts {
  private readonly known = new Map<string, Known>();

  constructor(private readonly services: Pick<Services, 'engine' | 'sessions' | 'log'>) {}

  /** The run as it is now. @throws what the engine says */
  run(folder: string, token: vscode.CancellationToken): Promise<RunInfo> {
    return this.services.engine.request('run/open', { folder }, token);
  }

  /** Patterns of each level; undefined where the run does not tell. */
  patterns(run: RunInfo, snapshot: number): HoverFacts['patterns'] {
    const counted = run.snapshots[snapshot]?.patterns;
    const timeline = sessionOf(this.services, run.folder)?.timeline;
    return counted ?? timeline?.patterns.map((level) => level[snapshot]);
  }

  /** How many bits changed since the snapshot before, or why that is not known. @throws when cancelled */
  async bitChange(
    { folder, version }: RunInfo,
    snapshot: number,
    token: vscode.CancellationToken,
  ): Promise<HoverFacts['bitChange']> {
    let known = this.known.get(folder);
    if (known?.version !== version) this.known.set(folder, (known = { version, bitChange: new Map() }));
    const before = known.bitChange.get(snapshot);
    if (before) return before;
    try {
      const found = await this.services.engine.request('run/bitChange', { folder, snapshot }, token);
      known.bitChange.set(snapshot, found);
      return found;
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.services.log.warn(`Bit change of snapshot ${snapshot} of ${folder}: ${messageOf(error)}`);
      return { problem: messageOf(error) };
    }
  }
}
