import * as vscode from 'vscode';
import { networkHost } from '../../core/networkPath';

/** Computers that the user allows VS Code to contact; a setting that workspaces cannot set. */
export function allowedHosts(): string[] {
  const hosts = vscode.workspace.getConfiguration('security').get<unknown>('allowedUNCHosts');
  return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
}

/** Whether a path that a file names leads to another computer (on Windows) that the user did not allow: it is left alone. */
export function isElsewhere(file: string): boolean {
  const host = process.platform === 'win32' ? networkHost(file) : undefined;
  return host !== undefined && !allowedHosts().some((allowed) => allowed.toLowerCase() === host);
}
