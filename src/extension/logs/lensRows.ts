import type { LogInfo } from '../../protocol/logs';
import type { LineMark, MarkedLines } from './markedLines';

/** A row above which a diagram is offered. */
export interface LensRow {
  mark: LineMark;
  title: string;
  /** Why it is offered, where the title tells only half of it. */
  tooltip: string;
}

/** The rows of the first, the best and the last snapshot, from the top down; a row that is several of them comes once. */
export function lensRows(lines: MarkedLines, best: LogInfo['best']): LensRow[] {
  const roles = new Map<LineMark, string[]>();
  const add = (mark: LineMark | undefined, role: string) => {
    if (!mark) return;
    // Of several snapshots in one row the first that is named is shown.
    const same = [...roles.keys()].find(({ line }) => line === mark.line) ?? mark;
    roles.set(same, [...(roles.get(same) ?? []), role]);
  };
  add(best && lines.of(best.snapshot), `best by ${best && criterion(best.reason)}`);
  if (lines.all.length > 1) {
    add(lines.all[0], 'first');
    add(lines.all.at(-1), 'last');
  } else {
    add(lines.all[0], 'only');
  }
  const rows = Array.from(roles, ([mark, names]) => {
    const tooltip = best && names[0].startsWith('best') ? `Best: ${best.reason}` : '';
    return { mark, title: titleOf(names), tooltip };
  });
  return rows.sort((a, b) => a.mark.line - b.mark.line);
}

/** `first`, `best by val_acc` → `First snapshot, best by val_acc — show diagram`. */
function titleOf(names: readonly string[]): string {
  const best = names.find((name) => name.startsWith('best'));
  const place = names.find((name) => name !== best);
  const text = [place && `${place} snapshot`, best].filter(Boolean).join(', ');
  return `${text[0].toUpperCase()}${text.slice(1)} — show diagram`;
}

/** What the best one is best by, of the sentence that says so. */
function criterion(reason: string): string {
  return /^(?:highest|lowest) (.+?) of the /.exec(reason)?.[1] ?? reason;
}
