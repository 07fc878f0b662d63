// Types, lint and format, each with a cache in out/check: the first time in full, then only what changed.
//   npm run check [-- --fresh]
// Rules that ask for types look into other files, which ESLint's cache does not: `--fresh` leaves the caches aside.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache = path.join(root, 'out', 'check');
const bin = (name, file) => path.join(root, 'node_modules', name, file);

/** The checks: what each is called, its program and arguments. The longest stands first. */
const checks = [
  {
    name: 'lint',
    program: bin('eslint', 'bin/eslint.js'),
    args: [
      '--max-warnings=0',
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${path.join(cache, 'eslint.json')}`,
      '.',
    ],
  },
  types('types', '.'),
  types('types of pages', 'webview'),
  {
    name: 'format',
    program: bin('prettier', 'bin/prettier.cjs'),
    args: [
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${path.join(cache, 'prettier.json')}`,
      '.',
    ],
  },
];

function types(name, project) {
  const info = path.join(cache, `${name.replaceAll(' ', '-')}.tsbuildinfo`);
  return {
    name,
    program: bin('typescript', 'bin/tsc'),
    args: ['--noEmit', '--incremental', '--tsBuildInfoFile', info, '-p', project],
  };
}

/** Runs one check. Resolves to whether it passed, after its output and time were printed. */
function run({ name, program, args }) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'clean ' : 'FAILED'} ${name} (${seconds} s)`);
      if (output.trim()) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}

/** Runs all of them, as many at once as there are processors. Returns how many failed. */
async function runAll() {
  const waiting = [...checks];
  let failed = 0;
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      if (!(await run(check))) failed++;
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, work));
  return failed;
}

if (process.argv.includes('--fresh')) rmSync(cache, { recursive: true, force: true });
mkdirSync(cache, { recursive: true });
process.exit((await runAll()) > 0 ? 1 : 0);
