import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fixture } from '../../fixtures';
import { apd, apdOk, CLI } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const moons = {
  data: { files: 'x.npy', labels: 'y.npy' },
  model: {
    layers: [
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 2 },
    ],
  },
  training: { epochs: 6, batchSize: 8, optimizer: { type: 'adam', learningRate: 0.01 }, seed: 2 },
  snapshots: { withinFirstEpoch: 1 },
  backend: 'wasm',
};

describe('apd train', function () {
  this.timeout(90_000);
  const folder = temporaryFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);

  before(() => {
    for (const name of ['x.npy', 'y.npy']) cpSync(fixture('moons', name), at(name));
    writeFileSync(at('moons.apd.json'), JSON.stringify(moons, null, 2));
  });

  const logOf = (run: string) => readFileSync(at(run, 'log.jsonl'), 'utf8').replace(/,"seconds":[\d.]+/g, '');

  it('trains into the folder that the configuration names, and tells a line an epoch', async () => {
    const { stderr, stdout } = await apdOk('train', at('moons.apd.json'));
    assert.equal(stdout, '');
    assert.match(stderr, /Trains on tfjs-wasm 4\.\d+\.\d+: backend 'wasm' was asked for\./);
    assert.match(stderr, /^epoch 0: \d+ – \d+ patterns$/m);
    assert.match(stderr, /epoch 6: loss 0\.\d{4}, accuracy [\d.]+ %, \d+ – \d+ patterns, [\d.]+ s\n/);
    assert.match(stderr, /8 snapshot\(s\), 6 whole epoch\(s\)\n$/);
    const lines = logOf('runs/moons').trimEnd().split('\n');
    assert.equal(lines.length, 7);
    const report = JSON.parse((await apdOk('report', at('runs/moons'), '--json')).stdout) as {
      snapshots: { epoch: number; accuracy: number; clusters: { count: number } }[];
    };
    assert.deepEqual(
      report.snapshots.map(({ epoch }) => epoch),
      [0, 0.5, 1, 2, 3, 4, 5, 6],
    );
    assert.ok(report.snapshots.at(-1)!.accuracy > 0.85);
    assert.ok(report.snapshots.every(({ clusters }) => clusters.count > 0));
  });

  it('runs no code of the working folder, or of those above, unless --native names it', () => {
    const native = at('node_modules', '@tensorflow', 'tfjs-node');
    mkdirSync(path.join(native, 'lib', 'napi-v8'), { recursive: true });
    mkdirSync(at('inner'));
    writeFileSync(path.join(native, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    writeFileSync(path.join(native, 'package.json'), '{"name":"@tensorflow/tfjs-node","version":"4.22.0"}');
    const loaded = at('code-was-run');
    const code = `require('fs').writeFileSync(${JSON.stringify(loaded)}, ''); throw new Error('no library');`;
    writeFileSync(path.join(native, 'index.js'), code);
    const config = { ...moons, training: { ...moons.training, epochs: 1 }, backend: 'auto' };
    writeFileSync(at('auto.apd.json'), JSON.stringify(config));
    const train = (cwd: string, ...args: string[]) =>
      spawnSync(process.execPath, [CLI, 'train', at('auto.apd.json'), '--force', ...args], {
        cwd,
        encoding: 'utf8',
      });
    for (const cwd of [folder(), at('inner')]) {
      const { status, stderr } = train(cwd);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Trains on tfjs-wasm .*tfjs-node is not installed/);
      assert.equal(stderr.includes('of the working folder is not used: --native .'), cwd === folder());
      assert.equal(existsSync(loaded), false, `code was run from ${cwd}`);
    }
    assert.match(train(at('inner'), '--native', '..').stderr, /does not load \(no library\)/);
    assert.equal(existsSync(loaded), true);
    const missing = train(folder(), '--native', 'inner');
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /^apd: inner, --native: has no node_modules\/@tensorflow\/tfjs-node/);
    rmSync(at('node_modules'), { recursive: true });
  });

  it('writes models that are opened again, to the same patterns', async () => {
    const models = readdirSync(at('runs/moons/models')).map((name) =>
      at('runs/moons/models', name, 'model.json'),
    );
    const out = at('again');
    await apdOk('record', ...models.sort(), '--data', at('x.npy'), '--labels', at('y.npy'), '--out', out);
    for (const epoch of ['0', '0.5', '6']) {
      const [trained, recorded] = [at('runs/moons'), out].map((run) =>
        apdOk('export', run, '--epoch', epoch, '--format', 'csv'),
      );
      assert.equal((await recorded).stdout, (await trained).stdout, `epoch ${epoch}`);
    }
    const described = JSON.parse((await apdOk('model', models[0], '--json')).stdout) as {
      layers: { units: number }[];
    };
    assert.deepEqual(
      described.layers.map(({ units }) => units),
      [8, 8],
    );
  });

  it('killed at any moment loses at most the epoch in progress, and goes on to the same log', async () => {
    const run = at('killed');
    const child = spawn(process.execPath, [CLI, 'train', at('moons.apd.json'), '--out', run], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    await new Promise<void>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (/^epoch 2:/m.test(told)) child.kill('SIGKILL');
      });
      child.on('close', () => resolve());
    });
    const { epoch } = JSON.parse(readFileSync(at('killed/training/state.json'), 'utf8')) as { epoch: number };
    assert.ok(epoch >= 1 && epoch < 6, `epoch ${epoch}`);
    const again = await apdOk('train', at('moons.apd.json'), '--resume', '--out', run);
    // What the last epoch showed may have to be looked at anew; the ones before are not touched.
    assert.doesNotMatch(again.stderr, new RegExp(`^epoch ${epoch - 1}:`, 'm'));
    assert.equal(logOf('killed'), logOf('runs/moons'));
    const last = async (folderOfRun: string) =>
      (await apdOk('export', folderOfRun, '--format', 'csv')).stdout;
    assert.equal(await last(run), await last(at('runs/moons')));
  });

  it('stopped with Ctrl-C says how to go on, and exits with 130', async () => {
    const run = at('stopped');
    const child = spawn(
      process.execPath,
      [CLI, 'train', at('moons.apd.json'), '--out', run, '--epochs', '200'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let told = '';
    const code = await new Promise((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (!/^epoch 1:/m.test(told) && /^epoch 1:/m.test(told + text)) child.kill('SIGINT');
        told += text;
      });
      child.on('close', resolve);
    });
    assert.equal(code, 130, told);
    assert.match(told, /stopped with \d+ snapshot\(s\), \d+ whole epoch\(s\); --resume goes on\n$/);
    const more = await apdOk('train', run, '--resume', '--epochs', '8');
    assert.match(more.stderr, /8 whole epoch\(s\)\n$/);
  });

  it('says where a configuration is wrong, in one line, and leaves nothing', async () => {
    const cases: [object, RegExp][] = [
      [{ ...moons, training: { ...moons.training, epochs: -3 } }, /line \d+, column \d+: `epochs` is -3/],
      [
        { ...moons, model: { layers: [...moons.model.layers.slice(0, 2), { type: 'dense', units: 7 }] } },
        /line \d+, column \d+: .*7 units.*expected 2/,
      ],
      [
        { ...moons, data: { ...moons.data, splits: { train: 0.9, val: 0.0001 } } },
        /line \d+, column \d+: .*`val` is empty/,
      ],
      [{ ...moons, data: { files: 'x.npy', labels: 'x.npy' } }, /x\.npy/],
    ];
    for (const [config, expected] of cases) {
      writeFileSync(at('wrong.apd.json'), JSON.stringify(config, null, 2));
      const { code, stderr } = await apd('train', at('wrong.apd.json'), '--out', at('wrong'));
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^apd: [^\n]+\n$/);
      assert.match(stderr, expected);
      assert.ok(!existsSync(at('wrong')), 'nothing is left');
    }
  });

  it('refuses a folder that holds a run, and options that contradict each other', async () => {
    const again = await apd('train', at('moons.apd.json'));
    assert.equal(again.code, 1);
    assert.match(again.stderr, /runs\/moons: is a run already/);
    assert.equal((await apd('train', at('moons.apd.json'), '--resume', '--force')).code, 2);
    const none = await apd('train', folder(), '--resume');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /was not trained here/);
  });
});
