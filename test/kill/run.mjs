/* global setTimeout, clearTimeout */
// Kills recording, training and following, and looks at what is left.
//   npm run kill [-- --count N] [--seed N]
// Half of the kills come at random moments, half right before or after a file is renamed into place. After each of them
// every snapshot that the run names must be readable; gone on with, the run must be the same as one that was never killed,
// with nothing left behind. Times are left out of the comparison.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProduct, root } from '../../esbuild.mjs';
import { contentsOf, differences, snapshotsOf } from './runFolder.mjs';
import { scenariosIn } from './scenarios.mjs';

const cli = path.join(root, 'dist', 'cli.js');
const atRename = path.join(root, 'test', 'kill', 'atRename.mjs');

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the command line. @param killAfter milliseconds after which it is killed */
function apd(args, { env = {}, killAfter } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', pathToFileURL(atRename).href, cli, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (said = (said + text).slice(-2000)));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('close', (code, signal) => (clearTimeout(timer), resolve({ code, signal, said })));
  });
}

/** How a scenario goes when nobody kills it: its files, the renames and the milliseconds that it takes. */
async function undisturbed(scenario, folder) {
  const run = path.join(folder, scenario.name, 'run');
  const counted = path.join(folder, `${scenario.name}-renames`);
  const began = performance.now();
  const { code, said } = await apd(scenario.begin(run), { env: { APD_RENAMES: counted } });
  if (code !== 0) throw new Error(`${scenario.name} does not work at all: ${said}`);
  const ms = performance.now() - began;
  return { wanted: contentsOf(run), renames: Number(readFileSync(counted, 'utf8')), ms };
}

/** Kills a scenario once. @returns what is wrong, in sentences, and whether it was killed before it ended */
async function killOnce(scenario, { wanted, renames, ms }, { run, aimed, random }) {
  const at = `${1 + Math.floor(random() * renames)}${random() < 0.5 ? '' : '+'}`;
  const after = Math.floor(random() * ms);
  const how = aimed ? { env: { APD_KILL_AT: at } } : { killAfter: after };
  const { signal, code, said } = await apd(scenario.begin(run), how);
  const problems = [];
  if (signal !== 'SIGKILL' && code !== 0) problems.push(`ended with ${code} before it was killed: ${said}`);
  const finished = snapshotsOf(run).length;
  if (finished > 0) {
    const report = await apd(['report', run, '--json']);
    if (report.code !== 0)
      problems.push(`one of ${finished} finished snapshots cannot be read: ${report.said}`);
  }
  const again = await apd(scenario.again(run));
  const isThere = scenario.name === 'train' && /has its \d+ epochs/.test(again.said);
  if (again.code !== 0 && !isThere) problems.push(`cannot be gone on with: ${again.said}`);
  problems.push(...differences(run, wanted));
  const moment = aimed ? `rename ${at} of ${renames}` : `${after} of ${Math.round(ms)} ms`;
  return {
    problems: problems.map((problem) => `${scenario.name}, killed at ${moment}: ${problem}`),
    killed: signal === 'SIGKILL',
  };
}

async function main() {
  const value = (name, usual) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? usual : Number(process.argv[at + 1]);
  };
  const count = value('--count', 30);
  const random = randomFrom(value('--seed', 0));
  if (!(count > 0)) throw new Error('usage: npm run kill [-- --count N] [--seed N]');
  if (!process.argv.includes('--built')) await buildProduct();
  const folder = mkdtempSync(path.join(tmpdir(), 'apd-kill-'));
  let wrong = 0;
  try {
    const scenarios = scenariosIn(folder);
    const references = new Map();
    for (const scenario of scenarios) references.set(scenario.name, await undisturbed(scenario, folder));
    const counts = new Map(scenarios.map(({ name }) => [name, { aimed: 0, random: 0, late: 0, wrong: 0 }]));
    for (let k = 0; k < count; k++) {
      const scenario = scenarios[k % scenarios.length];
      const aimed = Math.floor(k / scenarios.length) % 2 === 0;
      const tally = counts.get(scenario.name);
      const run = path.join(folder, scenario.name, 'run');
      rmSync(run, { recursive: true, force: true });
      const { problems, killed } = await killOnce(scenario, references.get(scenario.name), {
        run,
        aimed,
        random,
      });
      if (killed) tally[aimed ? 'aimed' : 'random']++;
      else tally.late++;
      if (problems.length > 0) tally.wrong++;
      for (const problem of problems) console.log(problem);
    }
    for (const [name, { aimed, random: any, late, wrong: bad }] of counts) {
      console.log(
        `${name}: ${aimed} aimed kills, ${any} at random, ${late} after its end; ${bad} left something wrong`,
      );
      wrong += bad;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = wrong > 0 ? 1 : 0;
}

await main();
