// Builds and runs the benches, each in a process of its own, and closes with a table of all figures.
//   node test/bench/run.mjs [words of file names]
import { fork } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { bundleFolder, buildProduct, root } from '../../esbuild.mjs';
import { fetchMnist } from '../../examples/mnist/fetch.mjs';

const ENDING = '.bench.ts';

/** Runs one bench. @returns its exit code and the figures it told of */
function run(bundle) {
  return new Promise((resolve) => {
    const results = [];
    const child = fork(bundle, { cwd: root, execArgv: ['--expose-gc', '--enable-source-maps'] });
    child.on('message', (result) => results.push(result));
    child.on('exit', (code) => resolve({ code, results }));
  });
}

async function main() {
  fetchMnist();
  await buildProduct();
  const wanted = process.argv.slice(2);
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
    const { code, results } = await run(bundle);
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
