import * as vscode from 'vscode';
import { settings, type ContextKeys, type SettingId } from './contributions';

/** Value of a setting, for a place where it may differ by folder. */
export function setting<K extends SettingId>(name: K, place?: vscode.Uri): (typeof settings)[K] {
  return vscode.workspace.getConfiguration(undefined, place).get(name, settings[name]);
}

const known = new Map<string, string>();

/** Sets a context key where its value changed. */
export function setContextKey<K extends keyof ContextKeys>(name: K, value: ContextKeys[K]): void {
  const text = JSON.stringify(value);
  if (known.get(name) === text) return;
  known.set(name, text);
  void vscode.commands.executeCommand('setContext', name, value);
}
