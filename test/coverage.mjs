// Which lines of src/ and webview/ the tests run: `npm run coverage [-- words of titles]`.
// Node counts in every process of the tiers without a window (V8's own counts), and source maps lead from the bundles to
// the sources. What only a window runs is not counted: files that no test of these tiers loads are listed apart.
import { transform } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../esbuild.mjs';

const counts = path.join(root, 'out', 'coverage', 'v8');
const report = path.join(root, 'out', 'coverage', 'lines.json');
const TIERS = ['unit', 'integration'];

/** Runs the tiers, counting. Returns whether all passed. */
function runTiers(words) {
  rmSync(counts, { recursive: true, force: true });
  mkdirSync(counts, { recursive: true });
  const env = { ...process.env, NODE_V8_COVERAGE: counts };
  const runs = TIERS.map((tier) =>
    spawnSync(process.execPath, [path.join(root, 'test', 'run.mjs'), '--tier', tier, ...words], {
      cwd: root,
      env,
      stdio: 'inherit',
    }),
  );
  return runs.every(({ status }) => status === 0);
}

/** Offsets at which the lines of a text begin. */
function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/**
 * How often each character of a script ran, as steps: from `at` on, `count` times. Ranges of V8 are nested, and the
 * innermost one counts.
 */
function countSteps(functions, length) {
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const steps = [{ at: 0, count: 1 }];
  const open = [{ endOffset: length, count: 1 }];
  const closeUntil = (offset) => {
    while (open.length > 1 && open.at(-1).endOffset <= offset) {
      const { endOffset } = open.pop();
      steps.push({ at: endOffset, count: open.at(-1).count });
    }
  };
  for (const range of ranges) {
    closeUntil(range.startOffset);
    steps.push({ at: range.startOffset, count: range.count });
    open.push(range);
  }
  closeUntil(length);
  return steps;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map (base 64, variable length, the lowest bit is the sign). */
function decodeNumbers(text) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const char of text) {
    const digit = DIGITS.indexOf(char);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

/** The segments of a bundle in order: offset in it; source, as a path from the root, and line from 0. */
function readSegments(bundle) {
  const { mappings, sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8'));
  const files = sources.map((source) => path.relative(root, path.resolve(path.dirname(bundle), source)));
  const starts = lineStarts(readFileSync(bundle, 'utf8'));
  const segments = [];
  let [source, line] = [0, 0];
  for (const [i, texts] of mappings.split(';').entries()) {
    let column = 0;
    for (const text of texts ? texts.split(',') : []) {
      const numbers = decodeNumbers(text);
      column += numbers[0];
      if (numbers.length < 4) continue;
      source += numbers[1];
      line += numbers[2];
      segments.push({ at: starts[i] + column, file: files[source], line });
    }
  }
  return segments;
}

/** Whether a file is ours to be covered. */
function isOurs(file) {
  return /^(src|webview)[\\/].*\.ts$/.test(file) && !file.endsWith('.d.ts');
}

/** Lines of our files that are code in a bundle that some process loaded: by file, whether each ran. */
function readCounts() {
  const known = new Map();
  const lines = new Map();
  for (const name of readdirSync(counts)) {
    const { result } = JSON.parse(readFileSync(path.join(counts, name), 'utf8'));
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const bundle = fileURLToPath(url);
      if (!existsSync(`${bundle}.map`) || bundle.includes('node_modules')) continue;
      if (!known.has(bundle)) {
        known.set(
          bundle,
          readSegments(bundle).filter(({ file }) => isOurs(file)),
        );
      }
      addCounts(lines, known.get(bundle), countSteps(functions, Infinity));
    }
  }
  return lines;
}

function addCounts(lines, segments, steps) {
  let step = 0;
  for (const { at, file, line } of segments) {
    while (step + 1 < steps.length && steps[step + 1].at <= at) step++;
    let ofFile = lines.get(file);
    if (!ofFile) lines.set(file, (ofFile = new Map()));
    ofFile.set(line, (ofFile.get(line) ?? false) || steps[step].count > 0);
  }
}

/** Our files that have code; types alone are none. */
async function codeFiles() {
  const files = ['src', 'webview'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((name) => path.join(folder, name))
      .filter(isOurs),
  );
  const code = [];
  for (const file of files.sort()) {
    const { code: text } = await transform(readFileSync(path.join(root, file), 'utf8'), { loader: 'ts' });
    if (text.trim()) code.push(file);
  }
  return code;
}

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1).padStart(5)} %`;

/** Prints lines by room, the files with most lines that did not run, and those that no test loads. */
function print(lines, files) {
  const ran = (file) => [...lines.get(file).values()].filter(Boolean).length;
  const loaded = files.filter((file) => lines.has(file));
  const rooms = new Map();
  for (const file of loaded) {
    const room = file
      .split(path.sep)
      .slice(0, file.startsWith('src') ? 2 : 1)
      .join('/');
    const { run, all } = rooms.get(room) ?? { run: 0, all: 0 };
    rooms.set(room, { run: run + ran(file), all: all + lines.get(file).size });
  }
  console.log('\nLines that ran, of the files that tests load');
  for (const [room, { run, all }] of rooms) console.log(`  ${percent(run, all)}  ${room} (${all} lines)`);
  const missed = (file) => lines.get(file).size - ran(file);
  console.log('\nMost lines that did not run');
  for (const file of loaded.toSorted((a, b) => missed(b) - missed(a)).slice(0, 15)) {
    console.log(
      `  ${String(missed(file)).padStart(5)}  ${file} (${percent(ran(file), lines.get(file).size).trim()})`,
    );
  }
  const touched = new Set(loaded.filter((file) => ran(file) > 0));
  const untouched = files.filter((file) => !touched.has(file));
  console.log(
    `\nFiles that no test of the tiers ${TIERS.join(' and ')} touches: ${untouched.length} of ${files.length}`,
  );
  for (const file of untouched) console.log(`  ${file}`);
}

const passed = runTiers(process.argv.slice(2));
const lines = readCounts();
print(lines, await codeFiles());
const table = Object.fromEntries(
  [...lines].sort().map(([file, of]) => [file, [...of].filter(([, ran]) => !ran).map(([line]) => line + 1)]),
);
writeFileSync(report, `${JSON.stringify(table)}\n`);
console.log(`\nThe numbers of the lines that did not run, by file: ${path.relative(root, report)}`);
process.exitCode = passed ? 0 : 1;
