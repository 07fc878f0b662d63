import * as path from 'node:path';
import { smallest } from '../../core/lists';

/** A file that may be the log of a run. */
export interface LogCandidate {
  file: string;
  /** Why it is offered. */
  reason: string;
}

/** Names that tools and people give to logs; each says why. */
const names: [RegExp, string][] = [
  [/tfevents/i, 'TensorBoard events'],
  [/^trainer_state\.json$/i, 'state of a Transformers trainer'],
  [/scalars\.json$/i, 'scalars of MMEngine'],
  [/\.log\.json$/i, 'JSON log'],
  [/\.jsonl$/i, 'JSON lines'],
  [/^(?:metrics|results)\.csv$/i, 'table of metrics'],
  [/(?:log|metric|history|result|train|loss|progress).*\.(?:csv|tsv)$/i, 'table'],
  [/\.log$/i, 'log'],
  [/(?:log|train|console|stdout|output|progress).*\.(?:txt|out)$/i, 'text'],
  [/^slurm-.*\.out$/i, 'output of Slurm'],
];

/** Pattern of the files of a workspace that are looked at: what `logKind` may know. */
export const LOG_FILES =
  '**/{*tfevents*,trainer_state.json,*scalars.json,*.log.json,*.jsonl,*.csv,*.tsv,*.log,*.txt,*.out}';

/** What a file seems to be by its name; undefined where that is not like a log's. */
export function logKind(file: string): string | undefined {
  const name = path.basename(file);
  return names.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Files that may be the log of a run, the nearest to its checkpoints first.
 * @param files absolute paths, of which those are left out that are not called like logs
 * @param places folders of the run: itself and those of its checkpoints, absolute
 */
export function rankedLogs(files: readonly string[], run: string, places: readonly string[]): LogCandidate[] {
  const ranked = [...new Set(files)].flatMap((file) => {
    const kind = logKind(file);
    if (kind === undefined) return [];
    const folder = path.dirname(file);
    if (folder === run) return [{ file, reason: `${kind}, in the folder of the run`, rank: 0 }];
    const distances = places.map((place) => stepsBetween(folder, place));
    const rank = smallest(distances, Number.MAX_SAFE_INTEGER);
    if (rank === 0) return [{ file, reason: `${kind}, beside the checkpoints`, rank: 0.5 }];
    const near = rank <= 2 ? 'near the checkpoints' : 'in the workspace';
    return [{ file, reason: `${kind}, ${near}`, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.file.localeCompare(b.file, undefined, { numeric: true }));
  return ranked.map(({ file, reason }) => ({ file, reason }));
}

/** Folders that are left and entered on the way from one folder to another. */
function stepsBetween(from: string, to: string): number {
  const parts = path.relative(from, to).split(path.sep);
  return parts[0] === '' ? 0 : parts.length;
}
