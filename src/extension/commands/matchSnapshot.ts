import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import type { LogInfo, LogTableRow, RowPointer } from '../../protocol/logs';
import type { Services } from '../shared/services';
import { metricsInShort, momentOfRow, placeOfRow } from '../views/snapshotTexts';
import { readRowPointer } from './rowPointer';
import { showInputBox, showQuickPick, showWarningMessage, type PickItem } from '../shared/messages';
import { snapshotName } from '../../core/wording';

/** Rows of a log that are offered in a list; of more than these the row is asked for by its number. */
const MOST_LISTED = 1000;

/** The row that a user points at; null: the snapshot belongs to none; undefined: it is found by itself again. */
type Choice = { to: RowPointer | null | undefined };

/** Asks for the row of the log that tells of a snapshot, and sets it. */
export async function matchSnapshot(
  services: Pick<Services, 'engine' | 'logs'>,
  info: LogInfo & { file: string },
  run: RunInfo,
  snapshot: number,
): Promise<void> {
  const { folder, file } = info;
  const options = services.logs.options(folder);
  const table = await services.engine.request('log/table', { file, from: 0, count: MOST_LISTED, options });
  const name = snapshotName(run.snapshots[snapshot]);
  const mark = info.marks.find((one) => one.snapshot === snapshot);
  const title = `Log Line of ${name}`;
  const short = table.total <= MOST_LISTED;
  const items = [
    ...(short ? table.rows.map((row) => rowItem(row, row.row === mark?.row)) : [typeItem]),
    ...others,
  ];
  const picked = await showQuickPick<PickItem & Partial<Choice>>(items, {
    title,
    placeHolder: mark
      ? `Now ${placeOfRow(mark)}: ${mark.reason}`
      : 'Row of the log that was written when this snapshot was',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return;
  const choice = 'to' in picked ? { to: picked.to } : await askRow(title, table.rows);
  if (!choice) return;
  const row = { snapshot, ...(choice.to === undefined ? {} : { to: choice.to }) };
  const after = await services.logs.correct({ folder, row });
  tell(after, name, snapshot, choice);
}

const typeItem = {
  icon: 'edit',
  label: 'Line, Epoch or Step…',
  description: 'the log is too long to be listed',
};
const others = [
  { label: '', kind: vscode.QuickPickItemKind.Separator },
  { icon: 'circle-slash', label: 'Belongs to No Line', to: null, alwaysShow: true },
  { icon: 'discard', label: 'Find by Itself Again', to: undefined, alwaysShow: true },
];

function rowItem(row: LogTableRow, current: boolean): PickItem & Choice {
  const { line, epoch, step } = row;
  const moment = momentOfRow(row);
  const place = placeOfRow(row);
  return {
    icon: current ? 'check' : undefined,
    label: moment,
    description: [moment === place ? undefined : place, current ? 'now' : undefined]
      .filter(Boolean)
      .join(', '),
    detail: metricsInShort(row.metrics, 6),
    to: { line, epoch, step },
  };
}

async function askRow(title: string, rows: LogTableRow[]): Promise<Choice | undefined> {
  const hasLines = rows.some(({ line }) => line !== undefined);
  const text = await showInputBox({
    title,
    prompt: hasLines ? 'Line of the log (“line 12”), or its epoch or step' : 'Epoch or step in the log',
    placeHolder: hasLines ? 'line 12' : 'epoch 3',
    validateInput: (value) => {
      const read = readRowPointer(value, hasLines);
      return typeof read === 'string' ? read : undefined;
    },
  });
  const read = text === undefined ? undefined : readRowPointer(text, hasLines);
  return read === undefined || typeof read === 'string' ? undefined : { to: read };
}

/** Says what came of it, where that is not what was asked for. */
function tell(after: LogInfo, name: string, snapshot: number, { to }: Choice): void {
  const mark = after.marks.find((one) => one.snapshot === snapshot);
  if (mark || to === null) return;
  const reason =
    after.unmatchedSnapshots.find((one) => one.snapshot === snapshot)?.reason ?? 'it has no line';
  void showWarningMessage(`${name}: ${reason}.`);
}
