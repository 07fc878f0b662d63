// The built extension as an installed one, for a window that is not in development.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../esbuild.mjs';

/** What opens the diagram of the example in the window of `npm start`. */
export const starter = path.join(root, 'examples', 'starter');

/** Stands in for the Python extension, which cannot be had where the tests run. */
const pythonExtension = path.join(root, 'test', 'host', 'pythonExtension');

/** What of the repository the installed extension has. */
const PARTS = [
  ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist', 'media', 'examples'],
  path.join('recorder', 'src'),
];

/**
 * The extension, and what opens its diagram, as installed ones: a server takes them from a folder.
 * @param extensions the folder; what was in it goes
 * @returns the folder
 */
export function installExtensions(extensions) {
  rmSync(extensions, { recursive: true, force: true });
  // Images of MNIST that were fetched into the example stay there.
  const wanted = (file) => !file.startsWith(path.join(root, 'examples', 'mnist', 'data'));
  const own = install(extensions, root, (folder) => {
    for (const part of PARTS) {
      cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter: wanted });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  });
  const opener = install(extensions, starter, (folder) => cpSync(starter, folder, { recursive: true }));
  writeFileSync(path.join(extensions, 'extensions.json'), JSON.stringify([own, opener]));
  return extensions;
}

/**
 * What stands in for the Python extension, as an installed one.
 * @param extensions the folder
 * @returns the folder
 */
export function installPythonExtension(extensions) {
  const made = install(extensions, pythonExtension, (folder) =>
    cpSync(pythonExtension, folder, { recursive: true }),
  );
  writeFileSync(path.join(extensions, 'extensions.json'), JSON.stringify([made]));
  return extensions;
}

/** Puts an extension into a folder of its own. Returns what the server's list says of it. */
function install(extensions, source, copy) {
  const { name, publisher, version } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'));
  const relativeLocation = `${publisher}.${name}-${version}`;
  const folder = path.join(extensions, relativeLocation);
  mkdirSync(folder, { recursive: true });
  copy(folder);
  const location = { $mid: 1, path: folder, scheme: 'file' };
  return { identifier: { id: `${publisher}.${name}` }, version, location, relativeLocation };
}
