import * as vscode from 'vscode';
import { lines } from '../shared/plainText';
import { standingText, type Standing } from './trainingWording';

/** Says in the entry of a run how its training stands; menus ask for its `contextValue`. */
export function showStanding(item: vscode.TreeItem, standing: Standing): void {
  const { icon, text } = standingText(standing);
  item.contextValue = `run ${standing.status}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = [text, item.description].filter(Boolean).join(', ');
  const before = typeof item.tooltip === 'string' ? item.tooltip.split('\n') : [];
  item.tooltip = lines([...before, text, standing.message]);
  item.accessibilityInformation = {
    label: [item.accessibilityInformation?.label ?? item.label, text].join(', '),
  };
}
