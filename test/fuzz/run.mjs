/* global setTimeout, clearTimeout */
// Feeds damaged files to all that reads files, and tells what came of it.
//   npm run fuzz [-- READER] [--minutes N] [--seed N]
// Files are changed by their structure: words of headers, members, chunks, records and fields, with lengths and checksums
// made right again. What is read wrongly is made as small as it stays wrong and kept in out/fuzz/READER; once mended it
// belongs into test/fixtures/fuzz/READER, which is read first each time. A seed gives the same files again.
import { fork } from 'node:child_process';
import path from 'node:path';
import { bundleFolder, root } from '../../esbuild.mjs';

/** Milliseconds for which one reader is fed before the next one's turn, and after which a file hangs. */
const TURN_MS = 5_000;
const HANG_MS = 60_000;

function readArguments(args) {
  const options = { minutes: 1, seed: 0, reader: undefined };
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--minutes') options.minutes = Number(args[++at]);
    else if (args[at] === '--seed') options.seed = Number(args[++at]);
    else options.reader = args[at];
  }
  if (!(options.minutes > 0) || !Number.isSafeInteger(options.seed)) {
    throw new Error('usage: npm run fuzz [-- READER] [--minutes N] [--seed N]');
  }
  return options;
}

/** Starts a worker. `turn` resolves with the number that it came to, whatever ends it. */
function startWorker(bundle, note) {
  const child = fork(bundle, [], { cwd: root, execArgv: ['--max-old-space-size=3072'] });
  let timer;
  let present = { reader: '', number: -1 };
  let settle;
  const ended = () => settle?.({ ended: true, ...present });
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  };
  const readers = new Promise((resolve) =>
    child.on('message', (message) => message.ready && resolve(message.readers)),
  );
  child.on('message', (message) => {
    watch();
    if (message.began !== undefined) present = { reader: message.reader, number: message.began };
    else if (message.outcome) note(message);
    else if (message.done) settle?.({ ended: false, ...present });
  });
  child.on('exit', () => (clearTimeout(timer), ended()));
  return {
    readers,
    turn: (order) =>
      new Promise((resolve) => {
        settle = resolve;
        watch();
        child.send(order);
      }),
    stop: () => (clearTimeout(timer), child.connected && child.disconnect()),
  };
}

async function main() {
  const { minutes, seed, reader: wanted } = readArguments(process.argv.slice(2));
  const bundle = path.join(root, 'out', 'test', 'fuzz.js');
  await bundleFolder('test/fuzz', 'worker.ts', bundle);
  const counts = new Map();
  const faults = new Map();
  const countsOf = (name) => {
    if (!counts.has(name)) {
      counts.set(name, { files: 0, accepted: 0, refused: 0, faults: 0, slow: 0, large: 0, longest: 0 });
    }
    return counts.get(name);
  };
  const note = ({ reader, number, outcome, fault, seconds, slow, large }) => {
    const count = countsOf(reader);
    count.files++;
    count[outcome === 'fault' ? 'faults' : outcome]++;
    if (slow) count.slow++;
    if (large) count.large++;
    count.longest = Math.max(count.longest, seconds);
    if (!fault || faults.has(fault)) return;
    faults.set(fault, number);
    console.log(`${reader} ${number}: ${fault}`);
  };
  let worker = startWorker(bundle, note);
  const all = await worker.readers;
  const names = wanted === undefined ? all : all.filter((name) => name === wanted);
  if (names.length === 0) throw new Error(`no reader ${wanted}; there are ${all.join(', ')}`);
  const next = new Map(names.map((name) => [name, seed]));
  const end = performance.now() + minutes * 60_000;
  for (let k = 0; performance.now() < end; k++) {
    const reader = names[k % names.length];
    const ms = Math.min(TURN_MS, (minutes * 60_000) / names.length, end - performance.now());
    const { ended, number } = await worker.turn({ reader, from: next.get(reader), ms });
    next.set(reader, number + 1);
    if (!ended) continue;
    // It ended while it read a file: out of memory, stuck, or far too large.
    const count = countsOf(reader);
    count.files++;
    count.faults++;
    console.log(`${reader} ${number}: the process ended`);
    worker = startWorker(bundle, note);
    await worker.readers;
  }
  worker.stop();
  process.exitCode = tellCounts(counts);
}

/** Prints the counts of each reader and of all. @returns the exit code */
function tellCounts(counts) {
  const total = { files: 0, accepted: 0, refused: 0, faults: 0, slow: 0, large: 0, longest: 0 };
  const columns = Object.keys(total);
  const line = (name, count) =>
    name.padEnd(16) +
    columns
      .map((column) =>
        (column === 'longest' ? `${count.longest.toFixed(1)} s` : String(count[column])).padStart(10),
      )
      .join('');
  console.log(' '.repeat(16) + columns.map((column) => column.padStart(10)).join(''));
  for (const [name, count] of counts) {
    console.log(line(name, count));
    for (const column of columns) {
      total[column] =
        column === 'longest' ? Math.max(total.longest, count.longest) : total[column] + count[column];
    }
  }
  console.log(line('all', total));
  return total.faults + total.slow + total.large > 0 ? 1 : 0;
}

await main();
