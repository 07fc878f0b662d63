import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** A Python that is there, and why it is taken. */
export interface FoundPython {
  /** Absolute path, or a name on the search path. */
  command: string;
  /** In words, to be told: `the active virtual environment`. */
  reason: string;
}

/** What the choice is made from. */
export interface PythonSurroundings {
  /** What the user named: taken as it is. */
  named?: string;
  /** Folder of the training; virtual environments are looked for in it. */
  folder: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/** Usual names of virtual environments in a workspace. */
const environmentNames = ['.venv', 'venv', 'env'];

/**
 * Chooses the Python of a training: the one that was named, that of the active virtual environment, that of one in the
 * folder, else `python3` or `python` of the search path. Nothing is started or installed.
 * @returns undefined where there is none
 */
export function findPython({ named, folder, env, platform }: PythonSurroundings): FoundPython | undefined {
  if (named !== undefined) return { command: named, reason: 'named by you' };
  const inEnvironment = (place: string) =>
    platform === 'win32' ? path.join(place, 'Scripts', 'python.exe') : path.join(place, 'bin', 'python');
  for (const [variable, what] of [
    ['VIRTUAL_ENV', 'virtual environment'],
    ['CONDA_PREFIX', 'conda environment'],
  ] as const) {
    const place = env[variable];
    if (place === undefined || place === '') continue;
    const conda = variable === 'CONDA_PREFIX' && platform === 'win32';
    const command = conda ? path.join(place, 'python.exe') : inEnvironment(place);
    if (isProgram(command)) return { command, reason: `the active ${what}` };
  }
  for (const name of environmentNames) {
    const place = path.join(folder, name);
    const command = inEnvironment(place);
    if (existsSync(path.join(place, 'pyvenv.cfg')) && isProgram(command)) {
      return { command, reason: `the virtual environment ${name} of the folder` };
    }
  }
  const names = platform === 'win32' ? ['python.exe', 'py.exe'] : ['python3', 'python'];
  for (const name of names) {
    for (const place of (env.PATH ?? env.Path ?? '').split(path.delimiter)) {
      // A relative entry would look into whatever folder this is.
      if (!path.isAbsolute(place)) continue;
      const command = path.join(place, name);
      if (isProgram(command)) return { command, reason: 'the first on the search path' };
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The environment in which a Python finds the recorder that comes with this program; nothing is installed.
 * @param recorder folder that holds the package `apd_recorder`
 */
export function withRecorder(env: NodeJS.ProcessEnv, recorder: string): NodeJS.ProcessEnv {
  const before = env.PYTHONPATH;
  return { ...env, PYTHONPATH: before ? `${recorder}${path.delimiter}${before}` : recorder };
}
