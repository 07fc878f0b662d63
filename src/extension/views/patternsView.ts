import * as vscode from 'vscode';
import type { PatternRow } from '../../protocol/engine';
import { isCancelled, messageOf } from '../failures';
import type { Services } from '../services';
import { counted, percent } from '../wording';

type Entry =
  | { kind: 'level'; level: number }
  | { kind: 'pattern'; level: number; row: PatternRow }
  | { kind: 'more'; level: number; rest: number }
  | { kind: 'note'; text: string };

/** Largest patterns that a level lists. */
const PATTERNS_LISTED = 50;

/** Tree of the levels of the shown snapshot and their largest patterns. */
export class PatternsView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Entry | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly services: Services) {
    this.subscription = services.sessions.onDidChange((event) => {
      if (event === 'active' || event === 'scene' || event === 'run') this.changed.fire(undefined);
    });
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    const session = this.services.sessions.active;
    if (!session?.run || !session.shown) return [];
    if (!entry) return session.run.layers.map((_, level) => ({ kind: 'level', level }));
    if (entry.kind !== 'level') return [];
    const { level } = entry;
    const { folder, shown: state } = session;
    try {
      const params = { folder, state, level, count: PATTERNS_LISTED };
      const { all, rows } = await this.services.engine.request('level/patterns', params);
      const patterns: Entry[] = rows.map((row) => ({ kind: 'pattern', level, row }));
      return all > rows.length ? [...patterns, { kind: 'more', level, rest: all - rows.length }] : patterns;
    } catch (error) {
      return isCancelled(error) ? [] : [{ kind: 'note', text: messageOf(error) }];
    }
  }

  async getTreeItem(entry: Entry): Promise<vscode.TreeItem> {
    switch (entry.kind) {
      case 'level':
        return this.levelItem(entry.level);
      case 'pattern':
        return patternItem(entry.level, entry.row);
      case 'more': {
        const item = new vscode.TreeItem(`${counted(entry.rest, 'smaller pattern')}`);
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
      patterns !== undefined && `${counted(patterns, 'pattern')}${inAll}`,
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
  const purity = row.purity === undefined ? '' : `${percent(row.purity)} ${row.majority ?? ''}`.trim();
  item.description = [counted(row.occurrences, 'instance'), purity].filter(Boolean).join('  |  ');
  const pure = row.purity === undefined ? 'circle-outline' : row.purity === 1 ? 'pass-filled' : 'pie-chart';
  item.iconPath = new vscode.ThemeIcon(row.occurrences === 1 ? 'circle-small' : pure);
  item.tooltip = [
    `Pattern ${row.node}: ${counted(row.occurrences, 'instance')}`,
    purity && `purity ${purity}`,
    row.correct !== undefined && `${percent(row.correct)} predicted correctly`,
  ]
    .filter(Boolean)
    .join('\n');
  item.accessibilityInformation = { label: item.tooltip.replaceAll('\n', ', ') };
  item.command = {
    command: 'apd.selectPattern',
    title: 'Select Pattern',
    arguments: [{ level, node: row.node }],
  };
  return item;
}
