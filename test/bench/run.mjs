// Builds and runs the benches, each in a process of its own, and closes with a table of all figures.
//   node test/bench/run.mjs [--small] [words of file names]
// With --small each is done once on tiny input, with dist/ as it is, to see that it runs: its figures mean nothing.
import { Buffer } from 'node:buffer';
import { fork } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleFolder, buildProduct, root } from '../../esbuild.mjs';
import { fetchMnist } from '../../examples/mnist/fetch.mjs';

const ENDING = '.bench.ts';

/** Runs one bench. @returns its exit code and the figures it told of */
function run(bundle, env) {
  return new Promise((resolve) => {
    const results = [];
    const child = fork(bundle, {
      cwd: root,
      execArgv: ['--expose-gc', '--enable-source-maps'],
      env: { ...process.env, ...env },
    });
    child.on('message', (result) => results.push(result));
    child.on('exit', (code) => resolve({ code, results }));
  });
}

/** An IDX file of unsigned bytes. */
function idx(shape, byteAt) {
  const head = Buffer.from([0, 0, 8, shape.length]);
  const sizes = Buffer.alloc(4 * shape.length);
  shape.forEach((size, axis) => sizes.writeUInt32BE(size, 4 * axis));
  const values = Buffer.alloc(shape.reduce((product, size) => product * size, 1));
  return Buffer.concat([head, sizes, values.map((_, at) => byteAt(at))]);
}

/** Writes what stands for MNIST where all is small: images with one bright bar each, whose place is their label. */
async function writeSmallMnist(folder) {
  for (const [part, count] of [
    ['train', 300],
    ['t10k', 200],
  ]) {
    const pixel = (at) =>
      Math.floor((at % 784) / 78) === Math.floor(at / 784) % 10 ? 255 - (at % 97) : at % 7;
    await writeFile(path.join(folder, `${part}-images-idx3-ubyte`), idx([count, 28, 28], pixel));
    await writeFile(
      path.join(folder, `${part}-labels-idx1-ubyte`),
      idx([count], (at) => at % 10),
    );
  }
}

async function main() {
  const args = process.argv.slice(2);
  if (!args.includes('--small')) {
    fetchMnist();
    await buildProduct();
    return runAll(args, {});
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  try {
    await writeSmallMnist(folder);
    const words = args.filter((word) => word !== '--small');
    await runAll(words, { APD_BENCH_SMALL: '1', APD_BENCH_MNIST: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the benches whose names have one of the words, or all. */
async function runAll(wanted, env) {
  const names = (await readdir(path.join(root, 'test', 'bench')))
    .filter(
      (name) => name.endsWith(ENDING) && (wanted.length === 0 || wanted.some((word) => name.includes(word))),
    )
    .sort();
  const start = performance.now();
  const all = [];
  const broken = names.length === 0 ? ['none of that name'] : [];
  for (const name of names) {
    const bundle = path.join(root, 'out', 'bench', name.replace(ENDING, '.js'));
    // Each process has its own bundle, heap and compiled code: no bench warms up or litters another.
    await bundleFolder('test/bench', name, bundle);
    const { code, results } = await run(bundle, env);
    all.push(...results);
    if (code !== 0) broken.push(name);
  }
  const width = Math.max(0, ...all.map(({ title }) => title.length));
  console.log('\nFigures\n=======');
  for (const { title, measured, wanted, met } of all) {
    const verdict = wanted === undefined ? '' : met ? 'met' : 'missed';
    const goal = wanted === undefined ? '' : ` (goal ${wanted})`;
    console.log(`  ${verdict.padEnd(6)}  ${title.padEnd(width)}  ${measured}${goal}`);
  }
  const goals = all.filter(({ wanted }) => wanted !== undefined);
  const met = goals.filter((goal) => goal.met).length;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${met} of ${goals.length} goals met, ${seconds} s`);
  // A missed goal is told, not punished; a bench that breaks is an error.
  if (broken.length > 0) {
    console.error(`Broken: ${broken.join(', ')}`);
    process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
