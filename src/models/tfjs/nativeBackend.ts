import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';

/** The package that computes with native code; found at run time, never a dependency. */
export const NATIVE_PACKAGE = '@tensorflow/tfjs-node';

/** Whether the native backend can be used, and where it is. */
export type NativeBackendStatus =
  | { state: 'installed'; version: string; folder: string }
  | { state: 'absent' }
  /** `reason` is a clause for the user: what is wrong with the one in `folder`, and what to do. */
  | { state: 'broken'; version?: string; folder: string; reason: string };

/** A program and its arguments, as `spawn` takes them. */
export interface InstallCommand {
  program: string;
  args: string[];
  /** Folder to run in. */
  folder: string;
  /** npm is a batch file on Windows, which only a shell can run. */
  shell: boolean;
}

/**
 * How the native backend is installed: npm fetches the package and, by its install script, the library of TensorFlow for
 * this system (some 300 MB on disk). Nobody may have made the folder yet: the caller does.
 * @param folder where to install, such as the extension's global storage; found again by naming it as a search folder
 * @param version of the package; it must have the major and minor version of the TensorFlow.js that comes with the product
 */
export function nativeInstallCommand(folder: string, version: string): InstallCommand {
  const shell = process.platform === 'win32';
  // A shell takes a blank in an argument for the end of it.
  const prefix = shell ? `"${folder}"` : folder;
  return {
    program: 'npm',
    args: [
      'install',
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      '--loglevel=http',
      `${NATIVE_PACKAGE}@${version}`,
    ],
    folder,
    shell,
  };
}

/**
 * The folder of the package in the `node_modules` of this very folder; undefined when it is not installed there. Folders
 * above, and those of Node's environment, are not looked at: its code runs, so it is taken from named places only.
 */
export function nativePackageIn(folder: string): string | undefined {
  const found = path.join(path.resolve(folder), 'node_modules', NATIVE_PACKAGE);
  return existsSync(path.join(found, 'package.json')) ? found : undefined;
}

/** Folders whose `node_modules` are the program's: its own, and where it is installed as a package the one around it. */
function programFolders(): string[] {
  const own = path.dirname(__dirname);
  const around = path.dirname(own);
  return path.basename(around) === 'node_modules' ? [own, path.dirname(around)] : [own];
}

/** Version of the package in this folder. */
function versionOf(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : undefined;
  } catch {
    // A package.json that cannot be read has no version, which the caller tells.
    return undefined;
  }
}

/** Whether the install script got as far as the compiled addon: `lib/napi-v8/tfjs_binding.node`. */
function hasBinding(folder: string): boolean {
  const lib = path.join(folder, 'lib');
  return (
    existsSync(lib) && readdirSync(lib).some((name) => existsSync(path.join(lib, name, 'tfjs_binding.node')))
  );
}

/** Major and minor version: `4.22` of `4.22.0`. */
function release(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** What the package in this folder is good for. */
function statusOf(folder: string, coreVersion: string): NativeBackendStatus {
  const version = versionOf(folder);
  const broken = (reason: string): NativeBackendStatus => ({ state: 'broken', version, folder, reason });
  if (version === undefined) return broken('its package.json cannot be read; install it again');
  if (release(version) !== release(coreVersion)) {
    return broken(`it is version ${version}, and ${release(coreVersion)}.x is needed`);
  }
  if (!hasBinding(folder)) {
    return broken('its compiled part is missing (its install script did not finish); install it again');
  }
  return { state: 'installed', version, folder };
}

/**
 * Looks for the native backend beside the program first, then in each folder in turn. The first that can be used counts;
 * else the first that is broken. Nothing is loaded.
 * @param coreVersion version of the TensorFlow.js that comes with the product
 */
export function nativeBackendStatus(searchFolders: string[], coreVersion: string): NativeBackendStatus {
  let status: NativeBackendStatus = { state: 'absent' };
  for (const from of [...programFolders(), ...searchFolders]) {
    const folder = nativePackageIn(from);
    if (folder === undefined) continue;
    const found = statusOf(folder, coreVersion);
    if (found.state === 'installed') return found;
    if (status.state === 'absent') status = found;
  }
  return status;
}

/**
 * Functions that tfjs-node calls and Node 23 took away. It calls them on the module when it computes, not when it loads,
 * so they have to stay.
 */
const removedFunctions = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: (value: unknown) => Array.isArray(value),
};

/**
 * Loads the package, which registers the backend `tensorflow` in the process's one engine.
 * @throws the package's own error, such as that of a library that does not load on this system
 */
export function loadNativePackage(folder: string): void {
  for (const [name, body] of Object.entries(removedFunctions)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: body, configurable: true });
  }
  createRequire(path.join(folder, 'package.json'))(folder);
}
