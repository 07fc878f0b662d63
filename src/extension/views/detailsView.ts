import * as vscode from 'vscode';
import type { SelectionDetails } from '../../protocol/engine';
import { isCancelled, messageOf } from '../failures';
import type { Services } from '../services';
import { counted } from '../wording';
import { patternRows } from './patternRows';

interface Entry {
  label: string;
  description?: string;
  tooltip?: string;
  icon?: vscode.ThemeIcon;
  children?: Entry[];
  open?: boolean;
}

/** Tree with what is known of the selection. */
export class DetailsView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly services: Services) {
    this.subscription = services.sessions.onDidChange((event) => {
      if (event === 'active' || event === 'scene' || event === 'selection') this.changed.fire(undefined);
    });
  }

  async getChildren(entry?: Entry): Promise<Entry[]> {
    if (entry) return entry.children ?? [];
    const session = this.services.sessions.active;
    if (!session?.shown) return [];
    const { folder } = session;
    const state = { ...session.shown, selection: session.state.selection };
    try {
      return entriesOf(await this.services.engine.request('selection/details', { folder, state }));
    } catch (error) {
      return isCancelled(error) ? [] : [{ label: messageOf(error), icon: new vscode.ThemeIcon('error') }];
    }
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    const closed = entry.open
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(
      entry.label,
      entry.children ? closed : vscode.TreeItemCollapsibleState.None,
    );
    item.description = entry.description;
    item.tooltip = entry.tooltip ?? [entry.label, entry.description].filter(Boolean).join(': ');
    item.iconPath = entry.icon;
    return item;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function entriesOf(details: SelectionDetails): Entry[] {
  const facts = details.facts.map(([label, description]): Entry => ({ label, description }));
  const entries: Entry[] = [
    { label: details.title, icon: new vscode.ThemeIcon('info'), children: facts, open: true },
  ];
  if (details.labels) entries.push(histogram('Labels', details.labels));
  entries.push(histogram('Outputs', details.outputs));
  if (details.destinations.length > 0) {
    const children = details.destinations.map(({ column, block, instances }): Entry => ({
      label: `${column}: ${block}`,
      description: counted(instances, 'instance'),
    }));
    entries.push({ label: 'Where they go', icon: new vscode.ThemeIcon('arrow-right'), children });
  }
  if (details.pattern) {
    const { rows, legend } = patternRows(details.pattern);
    const children = rows.map(({ name, text, spoken }): Entry => ({
      label: text,
      description: name,
      tooltip: spoken,
    }));
    entries.push({
      label: 'Pattern',
      description: legend,
      icon: new vscode.ThemeIcon('table'),
      children,
      open: true,
    });
  }
  return entries;
}

function histogram(label: string, classes: SelectionDetails['outputs']): Entry {
  const all = classes.reduce((sum, { count }) => sum + count, 0);
  const largest = Math.max(1, ...classes.map(({ count }) => count));
  const children = classes.map(({ name, count }): Entry => {
    const bar = '█'.repeat(Math.max(1, Math.round((10 * count) / largest)));
    return {
      label: name,
      description: `${bar} ${count}`,
      tooltip: `${name}: ${count} of ${counted(all, 'instance')}`,
    };
  });
  return {
    label,
    description: counted(classes.length, 'class').replace('classs', 'classes'),
    icon: new vscode.ThemeIcon('graph'),
    children,
    open: true,
  };
}
