import { spawn, type ChildProcess } from 'node:child_process';
import type { TrainingRequests } from '../../protocol/training';

/** How npm is called. */
export type NativeInstall = TrainingRequests['training/native']['result']['install'];

/** Why a command did not do its work, in a clause for the user. */
export class CommandFailed extends Error {}

/**
 * Runs a command to its end.
 * @param onLine told of each line that it prints
 * @param signal ends it, and what it started
 * @throws CommandFailed when it is missing or fails; the signal's reason when it was ended
 */
export function runCommand(
  { program, args, folder, shell }: NativeInstall,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // A group of its own, where there are groups: what npm started ends with it.
  const detached = process.platform !== 'win32';
  const child = spawn(program, args, { cwd: folder, shell, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = 'it said nothing';
  const listen = (chunk: string) => {
    for (const line of chunk.split('\n').map((text) => text.trim())) {
      if (line === '') continue;
      last = line;
      onLine(line);
    }
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  return new Promise((resolve, reject) => {
    const abort = () => end(child, detached);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      reject(
        new CommandFailed(
          missing ? `${program} was not found` : `${program} did not start (${error.message})`,
        ),
      );
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(signal.reason as Error);
      else if (code === 0) resolve();
      else reject(new CommandFailed(`${program} ended with code ${code ?? '?'}: ${last}`));
    });
  });
}

function end(child: ChildProcess, group: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (group) process.kill(-child.pid, 'SIGTERM');
    else child.kill();
  } catch {
    // It ended by itself meanwhile.
  }
}
