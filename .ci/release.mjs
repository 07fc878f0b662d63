// Makes a release: npm run release -- major|minor|patch|1.2.3
// Demands that everything is committed and that `.ci/run` passes on it; then gives the CHANGELOG its section, package.json
// its version, writes the VSIX, commits, and sets the tag. Nothing leaves the machine: pushing is left to who releases.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nextVersion, releaseSection } from './changelog.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** What a release changes. */
const WRITTEN = ['CHANGELOG.md', 'package.json', 'package-lock.json'];
const file = (name) => path.join(root, name);

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** Runs a program with its output on this terminal. */
function run(program, ...args) {
  execFileSync(program, args, { cwd: root, stdio: 'inherit' });
}

/** The paths that differ from the last commit. */
function changes() {
  return git('status', '--porcelain');
}

/** @throws {Error} where something is not committed, or the version has a tag */
function demandClean(version) {
  const changed = changes();
  if (changed) throw new Error(`These are not committed:\n${changed}`);
  if (git('tag', '--list', `v${version}`)) throw new Error(`There is a tag v${version} already`);
}

/** Puts a version into package.json and the lock file, as text: nothing else of them changes. */
function writeVersion(current, version) {
  for (const [name, most] of [
    ['package.json', 1],
    ['package-lock.json', 2],
  ]) {
    let left = most;
    const before = readFileSync(file(name), 'utf8');
    const after = before.replaceAll(`"version": "${current}"`, (found) =>
      left-- > 0 ? `"version": "${version}"` : found,
    );
    writeFileSync(file(name), after);
  }
}

/** Writes the files of a version and its package. When that fails they are as they were. Returns the path of the VSIX. */
async function writeRelease({ name, current, version, changelog }) {
  try {
    writeFileSync(file('CHANGELOG.md'), changelog);
    writeVersion(current, version);
    const { makePackage } = await import('../test/host/package.mjs');
    return await makePackage(path.join(root, 'out', `${name}-${version}.vsix`));
  } catch (error) {
    git('checkout', '--', ...WRITTEN);
    throw error;
  }
}

async function main() {
  const { version: current, name } = JSON.parse(readFileSync(file('package.json'), 'utf8'));
  const version = nextVersion(current, process.argv[2]);
  demandClean(version);
  const before = readFileSync(file('CHANGELOG.md'), 'utf8');
  const { changelog } = releaseSection(before, version, new Date().toISOString().slice(0, 10));
  run(file('.ci/run'));
  // The tests leave nothing behind, or something that belongs into a commit.
  demandClean(version);
  const vsix = await writeRelease({ name, current, version, changelog });
  git('add', ...WRITTEN);
  git('commit', '--quiet', '-m', `Release ${version}`);
  git('tag', '-a', `v${version}`, '-m', `Release ${version}`);
  console.log(
    `${path.relative(root, vsix)}: made of the commit v${version}. To publish it: git push --follow-tags`,
  );
}

try {
  await main();
} catch (error) {
  console.error(`No release: ${error.message}`);
  process.exitCode = 1;
}
