import path from 'node:path';
import { InputError } from '../../core/errors';
import { networkHost } from '../../core/networkPath';

/** Environment variable with the computers that files may name, separated by commas. */
const NETWORK_HOSTS_VARIABLE = 'APD_NETWORK_HOSTS';

/** Where paths are resolved; tests say another system. */
export interface NamingOptions {
  platform?: NodeJS.Platform;
  /** Computers that files may name beside the one that the naming file itself is on. */
  allowedHosts?: readonly string[];
}

function allowedByUser(): string[] {
  return (process.env[NETWORK_HOSTS_VARIABLE] ?? '').split(',').map((host) => host.trim().toLowerCase());
}

/**
 * Whether a path may be contacted because a file says so: on Windows, paths of other computers may only where the user
 * allowed them, or where the naming file came from there itself.
 */
export function mayContact(
  file: string,
  folder: string,
  { platform = process.platform, allowedHosts = allowedByUser() }: NamingOptions = {},
): boolean {
  if (platform !== 'win32') return true;
  const host = networkHost(file);
  return host === undefined || host === networkHost(folder) || allowedHosts.includes(host);
}

/**
 * The absolute path of a file that another file names: a manifest, a link, a configuration.
 * @param folder folder that the name is relative to, which the user chose
 * @param name path as the file has it
 * @param source file that names it, for the message
 * @throws InputError where it leads to another computer that the user did not allow
 */
export function namedFile(folder: string, name: string, source: string, options: NamingOptions = {}): string {
  const { platform = process.platform } = options;
  const { resolve } = platform === 'win32' ? path.win32 : path;
  const file = resolve(folder, name);
  if (mayContact(file, resolve(folder), options)) return file;
  throw new InputError(
    source,
    `names ${name}, on another computer, which is not contacted because a file says so; copy the file here, or allow ` +
      `${networkHost(file)} (${NETWORK_HOSTS_VARIABLE} on the command line, security.allowedUNCHosts in VS Code)`,
  );
}
