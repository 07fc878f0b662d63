import * as vscode from 'vscode';
import type { InstanceRow } from '../../protocol/engine';
import { isCancelled, messageOf } from '../shared/failures';
import type { Requests } from '../engine/engineClient';
import type { Sessions } from '../session/sessions';
import { thumbnail } from './thumbnail';
import { createTreeView, describeView, tooltipOf } from '../shared/items';
import { pluralise } from '../../core/wording';

type Entry =
  | { kind: 'instance'; instance: number; row: InstanceRow }
  | { kind: 'more'; rest: number }
  | { kind: 'note'; text: string };

/** Instances that each “Show More” adds. */
const PAGE = 100;

/** Tree of the selected instances (of all that are shown, when nothing is selected), page by page. */
export class InstancesView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;
  private readonly view: vscode.TreeView<Entry>;
  private pages = 1;

  constructor(private readonly services: { readonly engine: Requests; readonly sessions: Sessions }) {
    this.view = createTreeView<Entry>('apd.instances', this);
    this.subscription = services.sessions.onDidChange((event) => {
      if (event !== 'active' && event !== 'scene' && event !== 'selection') return;
      this.pages = 1;
      this.changed.fire(undefined);
    });
  }

  /** Adds a page. */
  showMore(): void {
    this.pages++;
    this.changed.fire(undefined);
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    const session = this.services.sessions.active;
    if (entry || !session?.shown) return [];
    const { folder } = session;
    const state = { ...session.shown, selection: session.state.selection };
    try {
      const count = PAGE * this.pages;
      const page = await this.services.engine.request('instances/page', { folder, state, from: 0, count });
      describeView(
        this.view,
        pluralise(page.total, state.selection.kind === 'none' ? 'instance' : 'selected instance'),
      );
      const rows: Entry[] = page.rows.map((row) => ({ kind: 'instance', instance: row.instance, row }));
      const rest = page.total - page.rows.length;
      return rest > 0 ? [...rows, { kind: 'more', rest }] : rows;
    } catch (error) {
      return isCancelled(error) ? [] : [{ kind: 'note', text: messageOf(error) }];
    }
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    switch (entry.kind) {
      case 'instance':
        return instanceItem(entry.row);
      case 'more': {
        const item = new vscode.TreeItem('Show More');
        item.description = `${pluralise(entry.rest, 'instance')} more`;
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command = { command: 'apd.showMoreInstances', title: 'Show More' };
        return item;
      }
      case 'note': {
        const item = new vscode.TreeItem(entry.text);
        item.iconPath = new vscode.ThemeIcon('error');
        return item;
      }
    }
  }

  /** The picture of an instance is looked up when the mouse rests on it. */
  async resolveTreeItem(item: vscode.TreeItem, entry: Entry): Promise<vscode.TreeItem> {
    const session = this.services.sessions.active;
    if (entry.kind !== 'instance' || !session) return item;
    const spoken = item.accessibilityInformation?.label ?? '';
    const { engine } = this.services;
    try {
      const question = { folder: session.folder, instance: entry.row.instance };
      const place = await engine.request('instances/place', question);
      item.tooltip = tooltipOf([spoken, place.text], place.image && thumbnail(place.image));
    } catch (error) {
      item.tooltip = tooltipOf([spoken, messageOf(error)]);
    }
    return item;
  }

  dispose(): void {
    this.subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

function instanceItem(row: InstanceRow): vscode.TreeItem {
  const item = new vscode.TreeItem(`${row.instance}`);
  item.id = `instance ${row.instance}`;
  item.contextValue = 'instance';
  const before = row.original === undefined ? '' : ` (changed from ${row.original})`;
  const label = row.label === undefined ? undefined : `label ${row.label}${before}`;
  item.description = [label, `output ${row.output}`, row.split].filter(Boolean).join(', ');
  const right = row.correct === undefined ? undefined : row.correct ? 'right' : 'wrong';
  item.iconPath =
    right === undefined
      ? new vscode.ThemeIcon('circle-outline')
      : right === 'right'
        ? new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'))
        : new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  const spoken = [
    `instance ${row.instance}`,
    label,
    `output ${row.output}`,
    right && `predicted ${right}`,
    row.split,
  ];
  item.accessibilityInformation = { label: spoken.filter(Boolean).join(', ') };
  item.command = {
    command: 'apd.selectInstance',
    title: 'Select Instance',
    arguments: [{ instance: row.instance }],
  };
  return item;
}
