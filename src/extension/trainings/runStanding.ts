import * as vscode from 'vscode';
import { standingText, type Standing } from './trainingWording';

/** Says in the entry of a run how its training stands; menus ask for its `contextValue`. */
export function showStanding(item: vscode.TreeItem, standing: Standing): void {
  const { icon, text } = standingText(standing);
  item.contextValue = `run ${standing.status}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = [text, item.description].filter(Boolean).join(', ');
  const lines = [item.tooltip, text, standing.message];
  item.tooltip = lines.filter((line) => typeof line === 'string').join('\n');
  item.accessibilityInformation = {
    label: [item.accessibilityInformation?.label ?? item.label, text].join(', '),
  };
}
