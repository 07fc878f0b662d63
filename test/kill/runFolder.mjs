// What a run folder holds, as far as it must be the same whenever it was written.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Fields that are a time, or tell how long something took. */
const times = new Set(['seconds', 'time']);

function withoutTimes(text) {
  return JSON.stringify(JSON.parse(text, (name, value) => (times.has(name) ? undefined : value)));
}

/** Content of a file without times. */
function contentOf(file) {
  const bytes = readFileSync(file);
  if (file.endsWith('.jsonl'))
    return bytes.toString('utf8').trimEnd().split('\n').map(withoutTimes).join('\n');
  if (/(?:apd-run|apd-links|state)\.json$/.test(file)) return withoutTimes(bytes.toString('utf8'));
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * All files of a run with their contents, by their paths in it. Patterns go by the place of their snapshot: the first
 * snapshot of a run that replaces another has a number behind its name while the file of the old one is still there.
 */
export function contentsOf(run) {
  const names = existsSync(run) ? readdirSync(run, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(path.join(run, name)).isFile()).sort();
  const named = snapshotsOf(run).map(({ patterns }) => patterns);
  const placed = (text) =>
    named.reduce((all, name, k) => all.replaceAll(`"${name}"`, `"snapshot ${k}"`), text);
  return new Map(
    files.map((name) => {
      const place = named.indexOf(name.split(path.sep).join('/'));
      return [place < 0 ? name : `snapshot ${place}`, placed(contentOf(path.join(run, name)))];
    }),
  );
}

/** How a run differs from another one, in sentences: files too many, missing, or with other content. */
export function differences(run, wanted) {
  const found = contentsOf(run);
  const told = [];
  for (const name of found.keys()) if (!wanted.has(name)) told.push(`${name} was left behind`);
  for (const [name, content] of wanted) {
    if (!found.has(name)) told.push(`${name} is missing`);
    else if (found.get(name) !== content) told.push(`${name} is another`);
  }
  return told;
}

/** Snapshots that the manifest of a run names; none where there is no run. */
export function snapshotsOf(run) {
  const manifest = path.join(run, 'apd-run.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).snapshots : [];
}
