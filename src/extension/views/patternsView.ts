import * as vscode from 'vscode';
import type { PatternRow } from '../../protocol/engine';
import { isCancelled, messageOf } from '../shared/failures';
import type { Requests } from '../engine/engineClient';
import type { Sessions } from '../session/sessions';
import type { Session } from '../session/session';
import { lines } from '../shared/plainText';
import { formatShare, pluralise } from '../../core/wording';

type Entry =
  | { kind: 'level'; level: number }
  | { kind: 'pattern'; level: number; row: PatternRow }
  | { kind: 'more'; level: number; from: number; rest: number }
  | { kind: 'note'; text: string };

/** Largest patterns that a level lists, and how many each entry for smaller ones adds. */
const PATTERNS_LISTED = 50;
const MORE_PATTERNS = 200;

const COLLAPSED = vscode.TreeItemCollapsibleState.Collapsed;

/** Tree of the levels of the shown snapshot and their largest patterns. */
export class PatternsView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Entry | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly services: { readonly engine: Requests; readonly sessions: Sessions }) {
    this.subscription = services.sessions.onDidChange((event) => {
      if (event === 'active' || event === 'scene' || event === 'run') this.changed.fire(undefined);
    });
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    const session = this.services.sessions.active;
    if (!session?.run || !session.shown) return [];
    if (!entry) return session.run.layers.map((_, level) => ({ kind: 'level', level }));
    if (entry.kind === 'level') return this.patterns(session, entry.level, 0, PATTERNS_LISTED);
    if (entry.kind === 'more') return this.patterns(session, entry.level, entry.from, MORE_PATTERNS);
    return [];
  }

  async getTreeItem(entry: Entry): Promise<vscode.TreeItem> {
    switch (entry.kind) {
      case 'level':
        return this.levelItem(entry.level);
      case 'pattern':
        return patternItem(entry.level, entry.row);
      case 'more': {
        const item = new vscode.TreeItem(pluralise(entry.rest, 'smaller pattern'), COLLAPSED);
        item.id = `level ${entry.level} from ${entry.from}`;
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        return item;
      }
      case 'note': {
        const item = new vscode.TreeItem(entry.text);
        item.iconPath = new vscode.ThemeIcon('error');
        return item;
      }
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** The patterns of a level from one place in the order of their size, and an entry for those that follow. */
  private async patterns(session: Session, level: number, from: number, count: number): Promise<Entry[]> {
    const { folder, shown: state } = session;
    if (!state) return [];
    try {
      const params = { folder, state, level, count: from + count };
      const { all, rows } = await this.services.engine.request('level/patterns', params);
      const listed: Entry[] = rows.slice(from).map((row) => ({ kind: 'pattern', level, row }));
      const rest = all - rows.length;
      return rest > 0 ? [...listed, { kind: 'more', level, from: rows.length, rest }] : listed;
    } catch (error) {
      return isCancelled(error) ? [] : [{ kind: 'note', text: messageOf(error) }];
    }
  }

  private levelItem(level: number): vscode.TreeItem {
    const session = this.services.sessions.active!;
    const layer = session.run!.layers[level];
    const shown = level === session.state.level;
    const state = shown
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(layer.name, state);
    item.id = `level ${level}`;
    item.contextValue = 'level';
    item.iconPath = new vscode.ThemeIcon('layers');
    const snapshot = session.shown!.snapshot;
    const patterns = session.timeline?.patterns[level]?.[snapshot];
    // The patterns listed below are those of the filtered instances only.
    const inAll = session.shown!.filters.length > 0 ? ' in all' : '';
    item.description = [
      patterns !== undefined && `${pluralise(patterns, 'pattern')}${inAll}`,
      `${layer.units} units`,
      layer.activation,
    ]
      .filter(Boolean)
      .join(', ');
    return item;
  }
}

function patternItem(level: number, row: PatternRow): vscode.TreeItem {
  const item = new vscode.TreeItem(`#${row.node}`);
  item.id = `level ${level} pattern ${row.node}`;
  item.contextValue = 'pattern';
  const purity = row.purity === undefined ? '' : `${formatShare(row.purity)} ${row.majority ?? ''}`.trim();
  item.description = [pluralise(row.occurrences, 'instance'), purity].filter(Boolean).join('  |  ');
  const pure = row.purity === undefined ? 'circle-outline' : row.purity === 1 ? 'pass-filled' : 'pie-chart';
  item.iconPath = new vscode.ThemeIcon(row.occurrences === 1 ? 'circle-small' : pure);
  const facts = [
    `Pattern ${row.node}: ${pluralise(row.occurrences, 'instance')}`,
    purity && `purity ${purity}`,
    row.correct !== undefined && `${formatShare(row.correct)} predicted correctly`,
  ].filter((fact) => typeof fact === 'string' && fact !== '');
  item.tooltip = lines(facts);
  item.accessibilityInformation = { label: facts.join(', ') };
  item.command = {
    command: 'apd.selectPattern',
    title: 'Select Pattern',
    arguments: [{ level, node: row.node }],
  };
  return item;
}
