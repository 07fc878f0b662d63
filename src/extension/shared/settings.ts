import * as vscode from 'vscode';
import type { EngineClient, EngineLimits } from '../engine/engineClient';
import { settings, type ContextKeys, type SettingId } from './contributions';

/** Value of a setting, for a place where it may differ by folder. */
export function setting<K extends SettingId>(name: K, place?: vscode.Uri): (typeof settings)[K] {
  return vscode.workspace.getConfiguration(undefined, place).get(name, settings[name]);
}

/** Limits of the engine process as they are set now. */
export function engineLimits(): Required<EngineLimits> {
  return { memoryMiB: setting('apd.engineMemory'), hangAfterMs: 1000 * setting('apd.engineHang') };
}

/** Tells the engine of its limits whenever they are set anew. */
export function followEngineLimits(engine: EngineClient): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('apd.engineMemory') || event.affectsConfiguration('apd.engineHang')) {
      engine.limit(engineLimits());
    }
  });
}

const known = new Map<string, string>();

/** Sets a context key where its value changed. */
export function setContextKey<K extends keyof ContextKeys>(name: K, value: ContextKeys[K]): void {
  const text = JSON.stringify(value);
  if (known.get(name) === text) return;
  known.set(name, text);
  void vscode.commands.executeCommand('setContext', name, value);
}
