import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineClient } from '../../../src/extension/engine/engineClient';
import { INPUT_ERROR_CODE } from '../../../src/protocol/engine';
import { guessDatasets } from '../../../src/engine/recording/guessDatasets';
import { fixture, FIXTURES_FOLDER, readExpected, readReferenceApdf } from '../../fixtures';
import { apdOk } from '../../helpers/apd';
import { asFlow, engines, epochsTo, recordParams, stateOf, sum, filterStep } from '../../helpers/engine';
import { temporaryFolder } from '../../helpers/setup';

describe('files of the engine', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const engine = engines();
  let client: EngineClient;
  const run = () => path.join(folder(), 'digits');
  before(async () => {
    client = engine();
    await client.request('model/record', recordParams('digits', epochsTo(8), run()));
  });

  describe('runs', () => {
    const expected = readExpected('digits');

    it('open with absolute paths and counts', async () => {
      const info = await client.request('run/open', { folder: run() });
      assert.equal(info.labelled, true);
      assert.deepEqual(
        info.snapshots.map(({ patterns }) => patterns),
        expected.patterns_per_layer,
      );
      assert.equal(info.snapshots[3].model, fixture('digits', 'epoch-003.onnx'));
      assert.deepEqual(info.dataset.files, [fixture('digits', 'x.npy'), fixture('digits', 'y.npy')]);
    });

    it('tell patterns and accuracy over time, also when the manifest does not count them', async () => {
      const told = await client.request('run/timeline', { folder: run() });
      assert.deepEqual(
        told.patterns,
        [0, 1, 2].map((l) => expected.patterns_per_layer.map((counts) => counts[l])),
      );
      told.accuracy.forEach((accuracy, s) => assert.ok(Math.abs(accuracy! - expected.accuracy[s]) < 1e-9));
      const manifest = path.join(run(), 'apd-run.json');
      const text = readFileSync(manifest, 'utf8');
      const without = JSON.parse(text) as { snapshots: { patternCounts?: number[] }[] };
      without.snapshots.forEach((snapshot) => delete snapshot.patternCounts);
      writeFileSync(manifest, JSON.stringify(without));
      const counted = await client.request('run/timeline', { folder: run() });
      writeFileSync(manifest, text);
      assert.deepEqual(counted, told);
    });

    it('are reported in the words of the command line', async () => {
      const { text } = await client.request('run/report', {
        folder: run(),
        resolution: 'auto',
        log: { findBeside: true },
      });
      assert.equal(text, (await apdOk('report', run())).stdout);
    });
  });

  describe('places', () => {
    it('are lines of a table', async () => {
      const table = path.join(folder(), 'iris.csv');
      const apdf = readReferenceApdf('iris', 3);
      const lines = Array.from(apdf.label, (label, i) => `${i}.5,2,3,${label},c${label}`);
      writeFileSync(table, `a,b,c,d,label\n${lines.join('\n')}\n`);
      const out = path.join(folder(), 'table');
      const params = { ...recordParams('iris', [3], out), data: [table], labels: undefined };
      await client.request('model/record', params);
      const place = await client.request('instances/place', { folder: out, instance: 41 });
      assert.deepEqual([place.file, place.line, place.text], [table, 43, 'line 43']);
      assert.equal(place.image, undefined);
      writeFileSync(table, `a,b,c,d,label\n\n${lines.join('\n')}\n`);
      const moved = await client.request('instances/place', { folder: out, instance: 41 });
      assert.equal(moved.text, 'line 44 (changed since it was recorded)');
    });

    it('are positions in an array, with a picture where the size is that of one', async () => {
      const { file, index, image } = await client.request('instances/place', { folder: run(), instance: 7 });
      assert.deepEqual([file, index], [fixture('digits', 'x.npy'), 7]);
      assert.deepEqual([image?.width, image?.height, image?.channels, image?.pixels.length], [8, 8, 1, 64]);
      assert.equal(Math.max(...image!.pixels), 255);
    });

    it('of a run by the command line, taken in part of an archive, are found', async () => {
      const out = path.join(folder(), 'cli');
      const data = ['--data', fixture('digits', 'x.npy'), '--labels', fixture('digits', 'y.npy')];
      await apdOk('record', fixture('digits', 'epoch-008.onnx'), ...data, '--sample', '20', '--out', out);
      const state = stateOf();
      const page = await client.request('instances/page', { folder: out, state, from: 0, count: 50 });
      assert.equal(page.rows.length, 20);
      const { instance } = page.rows[5];
      assert.equal((await client.request('instances/place', { folder: out, instance })).index, instance);
      const taken = new Set(page.rows.map((row) => row.instance));
      const other = epochsTo(1796).find((i) => !taken.has(i))!;
      await assert.rejects(client.request('instances/place', { folder: out, instance: other }), {
        code: INPUT_ERROR_CODE,
      });
    });

    it('in a dataset that has gone are told', async () => {
      const data = path.join(folder(), 'gone.npy');
      copyFileSync(fixture('moons', 'x.npy'), data);
      const out = path.join(folder(), 'gone');
      await client.request('model/record', { ...recordParams('moons', [3], out), data: [data] });
      assert.equal((await client.request('instances/place', { folder: out, instance: 3 })).index, 3);
      writeFileSync(data, '');
      await assert.rejects(client.request('instances/place', { folder: out, instance: 3 }), {
        code: INPUT_ERROR_CODE,
        message: `${data}: is empty`,
      });
    });
  });

  describe('selections', () => {
    const state = stateOf({ snapshot: 8 });
    const apdf = readReferenceApdf('digits', 8);

    it('are paged in the order of the dataset', async () => {
      const page = await client.request('instances/page', { folder: run(), state, from: 1790, count: 100 });
      assert.equal(page.total, 1797);
      assert.deepEqual(
        page.rows.map(({ instance }) => instance),
        epochsTo(6).map((i) => 1790 + i),
      );
      for (const { instance, label, output, correct } of page.rows) {
        assert.equal(label, String(apdf.label[instance]));
        assert.equal(output, String(apdf.output[instance]));
        assert.equal(correct, label === output);
      }
      const selection = { kind: 'blocks' as const, blocks: [{ column: 2, block: 0 }] };
      const selected = await client.request('instances/page', {
        folder: run(),
        state: { ...state, selection },
        from: 0,
        count: 1000,
      });
      const patterns = new Set(selected.rows.map(({ instance }) => apdf.layers[2][instance]));
      assert.equal(patterns.size, 1);
      assert.equal(selected.total, apdf.layers[2].filter((text) => patterns.has(text)).length);
      assert.ok(selected.rows.every(({ nodes }) => nodes[2] === 0));
    });

    it('are described, a node with its pattern', async () => {
      const selection = { kind: 'blocks' as const, blocks: [{ column: 2, block: 0 }] };
      const details = await client.request('selection/details', {
        folder: run(),
        state: { ...state, selection },
      });
      const scene = asFlow(await client.request('scene/draw', { folder: run(), state, height: 600 }));
      const text = details.pattern!.pieces.join('');
      const instances = apdf.layers[2].filter((other) => other === text).length;
      assert.equal(details.title, 'relu_6: pattern 0');
      assert.equal(instances, scene.columns[2].instances[0]);
      assert.equal(sum(details.outputs.map(({ count }) => count)), instances);
      assert.equal(sum(details.labels!.map(({ count }) => count)), instances);
      const outputs = details.destinations.filter(({ column }) => column === 'Output');
      assert.equal(outputs[0].block, `output ${details.outputs[0].name}`);
      const one = { ...state, selection: { kind: 'instances' as const, instances: [17] } };
      const { title, facts } = await client.request('selection/details', { folder: run(), state: one });
      assert.equal(title, 'Instance 17');
      assert.ok(facts.some(([name, value]) => name === 'label' && value === String(apdf.label[17])));
    });

    it('of patterns of a level are the largest', async () => {
      const { all, rows } = await client.request('level/patterns', {
        folder: run(),
        state,
        level: 1,
        count: 5,
      });
      assert.equal(all, 203);
      assert.equal(rows.length, 5);
      const counts = new Map<string, number>();
      for (const text of apdf.layers[1]) counts.set(text, (counts.get(text) ?? 0) + 1);
      const largest = [...counts.values()].sort((a, b) => b - a).slice(0, 5);
      assert.deepEqual(
        rows.map(({ occurrences }) => occurrences),
        largest,
      );
    });
  });

  describe('exports', () => {
    it('of data are those of the command line, for what is shown', async () => {
      for (const [what, format] of [
        ['apdf', 'csv'],
        ['clusters', 'csv'],
        ['nodes', 'json'],
        ['diagram', 'graphml'],
        ['instances', 'csv'],
      ] as const) {
        const file = path.join(folder(), `export.${format}`);
        await client.request('export/data', {
          folder: run(),
          state: stateOf({ snapshot: 8 }),
          what,
          format,
          file,
        });
        const { stdout } = await apdOk(
          'export',
          run(),
          '--what',
          what,
          '--format',
          format,
          '--resolution',
          'exact',
        );
        const own = readFileSync(file, 'utf8');
        if (what === 'apdf') {
          assert.deepEqual(own.split('\n')[9], stdout.split('\n')[9].split(',').slice(0, 6).join());
        } else {
          assert.equal(own, stdout, what);
        }
      }
      const filters = [filterStep('two', [5, 900])];
      const file = path.join(folder(), 'two.csv');
      const state = stateOf({ snapshot: 8, filters });
      await client.request('export/data', { folder: run(), state, what: 'instances', format: 'csv', file });
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      assert.deepEqual(
        lines.slice(1).map((line) => line.split(',')[0]),
        ['5', '900'],
      );
      const request = { folder: run(), state, what: 'nodes', format: 'dot', file } as const;
      await assert.rejects(client.request('export/data', request), { code: INPUT_ERROR_CODE });
    });

    it('of pictures show the state in every view', async () => {
      for (const [view, expected] of [
        ['flow', /<title id="title">digits · epoch 8<\/title>/],
        ['partition', /epoch 8 · partition by information gain/],
        ['time', /relu_4 over time/],
        ['patterns', /epoch 8 · relu_4/],
      ] as const) {
        const file = path.join(folder(), `${view}.svg`);
        const state = stateOf({ snapshot: 8, level: 1, view, hiddenClasses: [0] });
        await client.request('export/picture', { folder: run(), state, file, theme: 'dark' });
        const svg = readFileSync(file, 'utf8');
        assert.match(svg, expected);
        assert.match(svg, /1,619 instances/);
        assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
      }
      const file = path.join(folder(), 'picture.png');
      await client.request('export/picture', { folder: run(), state: stateOf(), file, theme: 'light' });
      assert.deepEqual([...readFileSync(file).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      const wrong = {
        folder: run(),
        state: stateOf(),
        file: path.join(folder(), 'x.gif'),
        theme: 'light',
      } as const;
      await assert.rejects(client.request('export/picture', wrong), { code: INPUT_ERROR_CODE });
      const hidden = { ...stateOf(), hiddenClasses: epochsTo(9) };
      const empty = { folder: run(), state: hidden, file, theme: 'light' } as const;
      await assert.rejects(client.request('export/picture', empty), /leave no instances/);
    });
  });

  describe('a picture of the panel', () => {
    it('is the one that `apd draw` makes of the same snapshot, block by block', async () => {
      const [file, drawn] = ['panel.svg', 'drawn.svg'].map((name) => path.join(folder(), name));
      const state = stateOf({ snapshot: 8, budget: 12 });
      await client.request('export/picture', { folder: run(), state, file, theme: 'light' });
      const options = ['--epoch', '8', '--resolution', 'exact', '--budget', '12'];
      await apdOk('draw', run(), ...options, '--out', drawn);
      assert.equal(readFileSync(file, 'utf8'), readFileSync(drawn, 'utf8'));
    });
  });

  describe('guesses of datasets', () => {
    it('are the files beside a model', async () => {
      const guesses = await client.request('data/guess', { model: fixture('digits', 'epoch-008.onnx') });
      assert.equal(guesses[0].data, fixture('digits', 'x.npy'));
      assert.equal(guesses[0].labels, fixture('digits', 'y.npy'));
      assert.ok(!guesses.some(({ data }) => /apdf|clusters/.test(data)));
    });

    it('come nearest first, with labels first, ten at most', async () => {
      const root = path.join(folder(), 'workspace');
      const here = path.join(root, 'models');
      for (const made of ['data', 'models/data/photos/cat', 'models/data/photos/dog', 'models/empty/a']) {
        mkdirSync(path.join(root, made), { recursive: true });
      }
      const touch = (name: string) => writeFileSync(path.join(root, name), '');
      for (const name of ['x_test.npy', 'y_test.npy', 'set.npz', 'log.csv', 'iris.csv', 'weights.npy']) {
        touch(`models/${name}`);
      }
      for (const name of ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz']) touch(`data/${name}`);
      for (const kind of ['cat', 'dog']) {
        copyFileSync(
          path.join(FIXTURES_FOLDER, 'data/images/gray.png'),
          path.join(here, 'data/photos', kind, 'a.png'),
        );
      }
      const guesses = await guessDatasets(path.join(here, 'model.onnx'));
      const relative = (file?: string) => file && path.relative(root, file);
      assert.deepEqual(
        guesses.map(({ data, labels }) => [relative(data), relative(labels)]),
        [
          ['models/x_test.npy', 'models/y_test.npy'],
          ['models/iris.csv', undefined],
          ['models/set.npz', undefined],
          ['models/data/photos', undefined],
          ['data/t10k-images-idx3-ubyte.gz', 'data/t10k-labels-idx1-ubyte.gz'],
        ],
      );
      assert.equal(guesses[0].reason, "x_test.npy with labels y_test.npy, in the model's folder");
      for (let i = 0; i < 30; i++) touch(`models/table${i}.csv`);
      assert.equal((await guessDatasets(path.join(here, 'model.onnx'))).length, 10);
      assert.deepEqual(await guessDatasets(path.join(folder(), 'not/there/model.onnx')), []);
    });
  });
});
