import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = 'docs/architecture.md';
const PAGE_TEXT = readFileSync(PAGE, 'utf8');
const rooms = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** TypeScript files under a folder, as paths. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

/** The room that a file is in: a folder of `src`, or `webview`. */
function roomOf(file: string): string {
  const [first, second] = path.relative('.', file).split(path.sep);
  return first === 'src' ? second : first;
}

/** Rooms that the files of a room import from, as `from to`. */
function realImports(): Set<string> {
  const files = [...sources('src'), ...sources('webview')];
  const known = new Set([...rooms, 'webview']);
  const found = new Set<string>();
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']*)'/g)) {
      const to = roomOf(path.join(path.dirname(file), name));
      if (to !== roomOf(file) && known.has(to)) found.add(`${roomOf(file)} ${to}`);
    }
  }
  return found;
}

/** The arrows of the picture, as `from to`. */
const arrows = [...PAGE_TEXT.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);

/** Rooms that can be reached from one along the arrows. */
function reached(from: string, seen = new Set<string>()): Set<string> {
  for (const arrow of arrows) {
    const [start, end] = arrow.split(' ');
    if (start !== from || seen.has(end)) continue;
    seen.add(end);
    reached(end, seen);
  }
  return seen;
}

describe('the page about the architecture', () => {
  it('draws every room', () => {
    const drawn = [...PAGE_TEXT.matchAll(/^ {2}(\w+)\["/gm)].map(([, name]) => name);
    assert.deepEqual(drawn.sort(), [...rooms, 'webview', 'recorder'].sort());
  });

  it('draws an arrow for every import between rooms, directly or by way of others, and no other', () => {
    const imports = realImports();
    const missing = [...imports].filter((entry) => {
      const [from, to] = entry.split(' ');
      return !reached(from).has(to);
    });
    assert.deepEqual(missing, []);
    assert.deepEqual(
      arrows.filter((arrow) => !imports.has(arrow)),
      [],
    );
  });

  it('names only files that are there, and functions and classes that these have', () => {
    const walk = PAGE_TEXT.slice(PAGE_TEXT.indexOf('## From a right-click'), PAGE_TEXT.indexOf('## Words'));
    const quoted = [...walk.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
    const files = quoted.filter((text) => /^[\w./]+\.(ts|json)$/.test(text));
    assert.deepEqual(
      files.filter((file) => !existsSync(file)),
      [],
    );
    const code = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    const names = quoted.filter((text) => /^[A-Za-z]+$/.test(text));
    assert.deepEqual(
      names.filter((name) => !new RegExp(`\\b(?:function\\*?|class) ${name}\\b`).test(code)),
      [],
    );
  });
});
