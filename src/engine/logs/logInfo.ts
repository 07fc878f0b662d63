import type { LogInfo, LogTrouble } from '../../protocol/logs';
import type { LogProblem, TrainingLog } from '../../logs/formats/log';
import { bestSnapshot } from './bestSnapshot';
import type { RunLog } from './runLogs';

/** Rows without snapshot that are listed; the others are counted. */
const LISTED_ROWS = 100;

/** What is known of the log of a run. */
export function logInfo({ opened, version, chosen, followed, companion, matched }: RunLog): LogInfo {
  const { folder, manifest } = opened.run;
  const metricNames = matched?.log.metricNames ?? [];
  const marks = matched?.marks ?? [];
  const best = bestSnapshot(manifest.snapshots, marks, metricNames, matched?.plainSplit);
  const info: LogInfo = {
    folder,
    version,
    state: 'none',
    rows: 0,
    thinnedRows: 0,
    metricNames: [...metricNames],
    problems: [],
    problemCount: 0,
    marks,
    unmatchedSnapshots: [],
    unmatchedRows: [],
    unmatchedRowCount: 0,
    ...(best ? { best } : {}),
  };
  if (!chosen || !followed) return info;
  Object.assign(info, { file: chosen.file, origin: chosen.origin, state: stateOf(followed.state) });
  if (companion !== undefined) info.companion = companion;
  if (followed.problem !== undefined) info.problem = followed.problem;
  if (!matched) return info;
  const { log, matches } = matched;
  const { shift, reason } = matches.join;
  return {
    ...info,
    format: log.format,
    tool: log.tool,
    rows: log.rows.length,
    thinnedRows: log.thinnedRows,
    ...troublesOf(log),
    join: { shift, reason, byHand: matched.shiftByHand },
    unmatchedSnapshots: matched.unmatchedSnapshots,
    unmatchedRows: matches.unmatchedRows.slice(0, LISTED_ROWS).map(({ row, reason: why }) => {
      const { epoch, step, place } = log.rows[row];
      return { row, epoch, step, line: place.line, reason: why };
    }),
    unmatchedRowCount: matches.unmatchedRows.length,
  };
}

/** What could not be read of a log. */
export function troublesOf({ problems, problemCount }: TrainingLog): {
  problems: LogTrouble[];
  problemCount: number;
} {
  const trouble = ({ place: { line, byteFrom }, text }: LogProblem) => ({
    ...(line === undefined ? {} : { line }),
    ...(byteFrom === undefined ? {} : { byteFrom }),
    text,
  });
  return { problems: problems.map(trouble), problemCount };
}

/** A log that was asked to be read is no more unread. */
function stateOf(state: 'unread' | 'read' | 'missing' | 'failed'): LogInfo['state'] {
  return state === 'unread' ? 'missing' : state;
}
