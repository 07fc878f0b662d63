// What is killed: recording, training and following, each with how it is begun, gone on with, and what it must come to.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../esbuild.mjs';

const moons = path.join(root, 'test', 'fixtures', 'moons');
const data = ['--data', path.join(moons, 'x.npy'), '--labels', path.join(moons, 'y.npy')];

/**
 * A command that is killed. `again` gives the arguments that finish what it left.
 * @typedef {{ name: string, begin: (run: string) => string[], again: (run: string) => string[] }} Scenario
 */

/** @returns {Scenario[]} with the files that they need in `folder` */
export function scenariosIn(folder) {
  const checkpoints = path.join(folder, 'checkpoints');
  mkdirSync(checkpoints);
  const models = readdirSync(moons).filter((name) => name.endsWith('.onnx'));
  for (const name of models.slice(0, 8)) cpSync(path.join(moons, name), path.join(checkpoints, name));
  const files = readdirSync(checkpoints).sort();
  const record = (run) => [
    'record',
    ...files.map((name) => path.join(checkpoints, name)),
    ...data,
    '--out',
    run,
  ];
  const follow = (run) => ['follow', checkpoints, ...data, '--out', run, '--until-quiet', '1'];
  const config = path.join(folder, 'net.apd.json');
  writeFileSync(config, JSON.stringify(network()));
  const train = (run) => ['train', config, '--out', run];
  return [
    { name: 'record', begin: record, again: (run) => [...record(run), '--force'] },
    {
      name: 'train',
      begin: train,
      again: (run) =>
        existsSync(path.join(run, 'training', 'state.json'))
          ? ['train', run, '--resume']
          : [...train(run), '--force'],
    },
    { name: 'follow', begin: follow, again: follow },
  ];
}

/** A small network that is trained in a second. */
function network() {
  return {
    name: 'killed',
    data: { files: path.join(moons, 'x.npy'), labels: path.join(moons, 'y.npy') },
    model: {
      layers: [
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 2 },
      ],
    },
    training: { epochs: 6, batchSize: 64, seed: 3, optimizer: { type: 'adam' } },
    backend: 'cpu',
    out: 'run',
  };
}
