import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Dataset } from '../../../src/data/dataset';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { openDataset } from '../../../src/data/openDataset';
import { describePlace } from '../../../src/data/instancePlaceText';
import { allNumbers, fixture, open, problemOf, temporaryFiles } from './helpers';

describe('labels', () => {
  const temporary = temporaryFiles();
  /** Labels of `count` instances, as a file holds them. */
  const labelled = async (path: string, count: number, labelColumn?: string) => {
    const data = temporary('data.npy', encodeNpy(new Uint8Array(count * 2), [count, 2]));
    const dataset = await open(data, { labels: [{ path }], labelColumn });
    assert.ok(dataset.labels);
    return { ...dataset.labels, values: [...dataset.labels.values], notices: dataset.notices };
  };
  const numbers = (...values: number[]) => temporary('labels.npy', encodeNpy(Float64Array.from(values)));

  it('are class indices where they are whole numbers from 0 to 65,535', async () => {
    const labels = await labelled(numbers(3, 0, 3), 3);
    assert.deepEqual(labels.values, [3, 0, 3]);
    assert.deepEqual([labels.numeric, labels.classes], [true, ['0', '1', '2', '3']]);
    assert.deepEqual((await labelled(numbers(65535, 0), 2)).values, [65535, 0]);
    const column = temporary('column.npy', encodeNpy(Float32Array.of(1, 0), [2, 1]));
    assert.deepEqual((await labelled(column, 2)).values, [1, 0]);
  });

  it('are sorted and numbered where they are other whole numbers', async () => {
    for (const [values, classes, indices] of [
      [
        [1, -1, 1],
        ['-1', '1'],
        [1, 0, 1],
      ],
      [
        [65536, 7, 7],
        ['7', '65536'],
        [1, 0, 0],
      ],
      [
        [-0, -5, 10],
        ['-5', '0', '10'],
        [1, 0, 2],
      ],
    ] as [number[], string[], number[]][]) {
      const labels = await labelled(numbers(...values), values.length);
      assert.deepEqual([labels.values, labels.classes, labels.numeric], [indices, classes, false]);
      assert.match(labels.notices.join(), /are taken as classes 0 to/);
    }
  });

  it('are the places of the ones in one-hot rows', async () => {
    const labels = await labelled(fixture('one-hot.npy'), 4);
    assert.deepEqual([labels.values, labels.numeric], [[2, 0, 1, 2], true]);
    assert.match(labels.notices.join(), /the labels are one-hot \(4×3\)/);
    const table = await labelled(temporary('hot.csv', 'a,b\n0,1\n1,0\n'), 2);
    assert.deepEqual(table.values, [1, 0]);
  });

  it('refuses matrices that are not one-hot', async () => {
    for (const row of [
      [1, 1],
      [0, 0],
      [2, 0],
      [0.5, 0.6],
    ]) {
      const file = temporary('soft.npy', encodeNpy(Float64Array.of(1, 0, ...row), [2, 2]));
      assert.match(await problemOf(labelled(file, 2)), /soft\.npy: labels are 2×2, expected one for each/);
    }
    assert.match(
      await problemOf(labelled(temporary('soft.csv', 'a,b\n1,1\n'), 1)),
      /has 2 columns, none of which is called `label`/,
    );
  });

  it('are sets of labels, or targets, where these are allowed', async () => {
    const several = temporary('several.npy', encodeNpy(Float64Array.of(1, 1, 0, 0, 0, 1), [3, 2]));
    const data = temporary('data.npy', encodeNpy(new Uint8Array(6), [3, 2]));
    const sets = (await open(data, { labels: [{ path: several }], targets: true })).labels!;
    assert.deepEqual([[...sets.values], sets.classes, sets.sets], [[0, 2, 1], ['0+1', '1', 'none'], true]);
    const prices = numbers(1.5, -2, 1.5);
    const { targets, classes } = (await open(data, { labels: [{ path: prices }], targets: true, take: 2 }))
      .labels!;
    assert.deepEqual([[...targets!], classes], [[1.5, -2], []]);
    assert.match(await problemOf(labelled(prices, 3)), /1\.5/);
    assert.match(
      await problemOf(open(data, { labels: [{ path: numbers(1.5, NaN, 2) }], targets: true })),
      /NaN/,
    );
  });

  it('are classes in the order that is given', async () => {
    const data = temporary('data.npy', encodeNpy(new Uint8Array(6), [3, 2]));
    const path = temporary('l.csv', 'label\ncat\nant\ncat\n');
    const given = (await open(data, { labels: [{ path }], classes: ['cat', 'ant', 'bee'] })).labels!;
    assert.deepEqual(
      [[...given.values], given.classes],
      [
        [0, 1, 0],
        ['cat', 'ant', 'bee'],
      ],
    );
    const refused = (classes: string[]) => problemOf(open(data, { labels: [{ path }], classes }));
    assert.match(await refused(['cat', 'bee']), /l\.csv, line 3: label `ant` is none of the classes given/);
    assert.match(await refused(['cat', 'ant', 'cat']), /has a name twice/);
  });

  it('stay labels where the other columns are inputs of a model', async () => {
    const table = temporary('columns.csv', 'b,label,a,other\n1,cat,2,9\n3,ant,4,9\n');
    const dataset = await open(table, { inputs: ['a', 'b'] });
    assert.deepEqual(dataset.features.inputs, [
      { name: 'a', shape: [1] },
      { name: 'b', shape: [1] },
    ]);
    assert.deepEqual(await allNumbers(dataset.features), [2, 1, 4, 3]);
    assert.deepEqual([...(dataset.labels?.values ?? [])], [1, 0]);
    assert.deepEqual((await open(table, { inputs: ['a', 'c'] })).features.shape, [3]);
  });

  it('are text, sorted, from NumPy and from tables', async () => {
    const labels = await labelled(fixture('names-unicode.npy'), 4);
    assert.deepEqual(
      [labels.values, labels.classes, labels.numeric],
      [[1, 0, 1, 2], ['Aal', 'Löwe', '🦉'], false],
    );
    assert.deepEqual((await labelled(fixture('names-bytes.npy'), 3)).values, [1, 0, 1]);
    assert.deepEqual((await labelled(fixture('one-hot-names.npy'), 2)).classes, ['x', 'y']);
    assert.deepEqual((await labelled(temporary('l.csv', 'label\ncat\nant\n'), 2)).classes, ['ant', 'cat']);
    assert.deepEqual((await labelled(temporary('l.csv', 'cat\nant\n'), 2)).classes, ['ant', 'cat']);
    assert.deepEqual((await labelled(temporary('l.csv', '1\nant\n'), 2)).classes, ['1', 'ant']);
  });

  it('are a column of a table by name, by number or by its usual name', async () => {
    const file = temporary('l.csv', 'id,digit,kind\n1,4,a\n2,5,b\n');
    assert.deepEqual((await labelled(file, 2, 'digit')).values, [4, 5]);
    assert.deepEqual((await labelled(file, 2, '2')).classes, ['a', 'b']);
    assert.deepEqual((await labelled(temporary('u.csv', 'id,label\n1.5,4\n2,5\n'), 2)).values, [4, 5]);
    assert.match(await problemOf(labelled(file, 2, 'z')), /l\.csv: has no column `z`/);
  });

  it('are whole numbers also when written as 1.0', async () => {
    assert.deepEqual((await labelled(temporary('f.csv', '1.0\n0.0\n1\n'), 3)).values, [1, 0, 1]);
    assert.match(await problemOf(labelled(numbers(1, 0.5), 2)), /index 1: label 0\.5 is no class/);
    assert.match(await problemOf(labelled(numbers(1, NaN), 2)), /labels\.npy, index 1: the value is NaN/);
  });

  it('are as many as there are instances', async () => {
    assert.match(
      await problemOf(labelled(numbers(1, 2), 3)),
      /labels\.npy: has 2 labels, but .*data\.npy has 3 instances/,
    );
  });

  it('are refused where a file has none to give', async () => {
    assert.match(await problemOf(labelled(fixture('images'), 3)), /is a folder, expected a file of labels/);
    assert.match(
      await problemOf(labelled(temporary('m.csv', 'label\n1\n\n?\n'), 3)),
      /line 4.*the label is missing/,
    );
    assert.match(await problemOf(labelled(temporary('none.npy'), 3)), /none\.npy: no such file/);
    assert.match(await problemOf(labelled(fixture('no-axis.npy'), 1)), /single number/);
  });

  it('are refused where there are more classes than anyone has', async () => {
    const values = Float64Array.from({ length: 65537 }, (_, index) => -index);
    const file = temporary('many.npy', encodeNpy(values));
    assert.match(await problemOf(labelled(file, values.length)), /more than 65,536 different labels/);
  });

  it('tell when all are the same', async () => {
    assert.match((await labelled(numbers(2, 2), 2)).notices.join(), /All instances have the same label, `2`/);
  });
});

describe('openDataset', () => {
  const temporary = temporaryFiles();
  const counted = (name: string, from: number, count: number) =>
    temporary(
      name,
      encodeNpy(
        Float32Array.from({ length: count }, (_, index) => from + index),
        [count, 1],
      ),
    );
  const splitNames = ({ splits }: Dataset) => [...(splits?.of ?? [])].map((split) => splits?.names[split]);

  it('joins named files in order, each a split', async () => {
    const dataset = await openDataset({
      data: [
        { name: 'train', path: counted('a.npy', 0, 3) },
        { name: 'test', path: counted('b.npy', 100, 2) },
        { name: 'train', path: counted('c.npy', 50, 1) },
      ],
    });
    assert.deepEqual(await allNumbers(dataset.features), [0, 1, 2, 100, 101, 50]);
    assert.deepEqual(splitNames(dataset), ['train', 'train', 'train', 'test', 'test', 'train']);
    assert.deepEqual([...dataset.instances], [0, 1, 2, 3, 4, 5]);
    assert.equal(describePlace(dataset.features.place(4)), `${temporary('b.npy')}, index 1`);
    const out = new Float32Array(4);
    await dataset.features.read([5, 3, 4, 0], out);
    assert.deepEqual([...out], [50, 100, 101, 0]);
    await assert.rejects(dataset.features.read([6], out), RangeError);
  });

  it('names splits after their files where they have no names', async () => {
    const data = [{ path: counted('a.npy', 0, 1) }, { path: fixture('stored.npz:other') }];
    assert.deepEqual(splitNames(await openDataset({ data, labelColumn: false })), [
      'a',
      'other',
      'other',
      'other',
    ]);
  });

  it('gives all files the same classes, and matches labels by name', async () => {
    const dataset = await openDataset({
      data: [
        { name: 'train', path: counted('a.npy', 0, 2) },
        { name: 'test', path: counted('b.npy', 9, 2) },
      ],
      labels: [
        { name: 'test', path: temporary('test.csv', 'cat\nbee\n') },
        { name: 'train', path: temporary('train.csv', 'dog\nbee\n') },
      ],
    });
    assert.deepEqual(dataset.labels?.classes, ['bee', 'cat', 'dog']);
    assert.deepEqual([...dataset.labels.values], [2, 0, 1, 0]);
  });

  it('refuses labels that do not go with the data', async () => {
    const a = counted('a.npy', 0, 2);
    const b = counted('b.npy', 0, 2);
    const labels = temporary('l.csv', '0\n1\n');
    const data = [
      { name: 'train', path: a },
      { name: 'test', path: b },
    ];
    assert.match(
      await problemOf(openDataset({ data, labels: [{ path: labels }] })),
      /labels: 1 file of labels for 2 files of data/,
    );
    assert.match(
      await problemOf(
        openDataset({
          data,
          labels: [
            { name: 'train', path: labels },
            { name: 'val', path: labels },
          ],
        }),
      ),
      /expected one file named `test`/,
    );
    const mixed = [{ path: a }, { path: temporary('t.csv', 'v,label\n1,2\n') }];
    assert.match(
      await problemOf(openDataset({ data: mixed })),
      /a\.npy: has no labels, but other files have/,
    );
  });

  it('refuses files whose instances differ in shape', async () => {
    const data = [{ path: counted('a.npy', 0, 2) }, { path: fixture('version-1.npy') }];
    assert.match(
      await problemOf(openDataset({ data })),
      /version-1\.npy: instances are 3, expected 1 as in .*a\.npy/,
    );
  });

  it('takes the first instances, and samples in file order, the same for the same seed', async () => {
    const file = counted('a.npy', 0, 100);
    const labels = [{ path: temporary('l.npy', encodeNpy(Float64Array.from({ length: 100 }, (_, i) => i))) }];
    const taken = await open(file, { take: 3 });
    assert.deepEqual([...taken.instances], [0, 1, 2]);
    assert.equal(taken.features.count, 3);
    const sampled = await open(file, { sample: 20, seed: 5, labels });
    const instances = [...sampled.instances];
    assert.equal(new Set(instances).size, 20);
    assert.deepEqual(
      instances,
      [...instances].sort((a, b) => a - b),
    );
    assert.deepEqual(await allNumbers(sampled.features), instances);
    assert.deepEqual([...(sampled.labels?.values ?? [])], instances);
    assert.equal(sampled.features.place(3).index, instances[3]);
    assert.deepEqual([...(await open(file, { sample: 20, seed: 5 })).instances], instances);
    assert.notDeepEqual([...(await open(file, { sample: 20, seed: 6 })).instances], instances);
    const both = [...(await open(file, { take: 30, sample: 20 })).instances];
    assert.ok(both.length === 20 && both.every((instance) => instance < 30));
    await assert.rejects(sampled.features.read([20], new Float32Array(1)), RangeError);
  });

  it('takes all where fewer are there than asked for, and says so', async () => {
    const dataset = await open(counted('a.npy', 0, 4), { take: 10, sample: 4 });
    assert.deepEqual([...dataset.instances], [0, 1, 2, 3]);
    assert.match(dataset.notices.join(), /only 4 instances, fewer than take 10/);
    for (const wrong of [0, -1, 1.5, NaN]) {
      assert.match(
        await problemOf(open(counted('a.npy', 0, 4), { sample: wrong })),
        /sample: .* is no number/,
      );
    }
  });

  it('counts instances through all files', async () => {
    const data = [
      { name: 'train', path: counted('a.npy', 0, 3) },
      { name: 'test', path: counted('b.npy', 100, 3) },
    ];
    const dataset = await openDataset({ data, take: 4 });
    assert.deepEqual(splitNames(dataset), ['train', 'train', 'train', 'test']);
    const first = await openDataset({ data, take: 2 });
    assert.match(first.notices.join(), /None of the 2 instances in use is of the split `test`/);
  });

  it('draws splits by their shares, the same for the same seed', async () => {
    const file = counted('a.npy', 0, 101);
    const split = [
      { name: 'train', share: 0.7 },
      { name: 'val', share: 0.1 },
      { name: 'test', share: 0.2 },
    ];
    const dataset = await open(file, { split, seed: 1 });
    const sizes = [0, 1, 2].map((index) => dataset.splits?.of.filter((of) => of === index).length);
    assert.deepEqual(sizes, [71, 10, 20]);
    assert.deepEqual((await open(file, { split, seed: 1 })).splits, dataset.splits);
    assert.notDeepEqual((await open(file, { split, seed: 2 })).splits, dataset.splits);
    const first = splitNames(dataset).slice(0, 71);
    assert.ok(first.includes('test'), 'instances are drawn, not cut');
    assert.equal((await open(file, { split, take: 50 })).splits?.of.length, 50);
  });

  it('refuses splits that make no sense', async () => {
    const file = counted('a.npy', 0, 4);
    const share = (...shares: number[]) =>
      shares.map((value, index) => ({ name: `s${index}`, share: value }));
    for (const split of [[], share(0.5, 0.4), share(1.5, -0.5), share(0, 1), share(NaN, 1)]) {
      assert.match(await problemOf(open(file, { split })), /^split: /);
    }
    assert.match(await problemOf(open(file, { split: share(0.99, 0.01) })), /`s1` gets no instance/);
    const same = [
      { name: 'a', share: 0.5 },
      { name: 'a', share: 0.5 },
    ];
    assert.match(await problemOf(open(file, { split: same })), /different names/);
    assert.match(
      await problemOf(openDataset({ data: [{ name: 'train', path: file }], split: share(0.5, 0.5) })),
      /are splits already/,
    );
  });

  it('takes the axes as the shape says, or as the user does', async () => {
    const axes = async (shape: number[]) => {
      const size = shape.reduce((a, b) => a * b);
      const file = temporary('axes.npy', encodeNpy(new Uint8Array(size), shape));
      return (await open(file)).features.axes;
    };
    assert.equal(await axes([2]), 'flat');
    assert.equal(await axes([2, 5]), 'flat');
    assert.equal(await axes([2, 4, 5]), 'HW');
    assert.equal(await axes([2, 8, 8, 3]), 'HWC');
    assert.equal(await axes([2, 1, 8, 8]), 'CHW');
    assert.equal(await axes([2, 3, 8, 3]), 'unknown');
    assert.equal(await axes([2, 5, 8, 8]), 'unknown');
    assert.equal(await axes([2, 2, 2, 2, 2]), 'unknown');
    const said = await open(fixture('four-axes-c.npy'), { axes: 'CHW' });
    assert.equal(said.features.axes, 'CHW');
    assert.match(
      await problemOf(open(fixture('four-axes-c.npy'), { axes: 'HW' })),
      /instances are 2×4×5, which cannot be HW/,
    );
    assert.match(await problemOf(open(fixture('version-1.npy'), { axes: 'NHWC' as 'HWC' })), /^axes: /);
  });

  it('tells the checksum of every file once', async () => {
    const file = fixture('stored.npz');
    const { sources } = await open(`${file}:x_train`, { labels: [{ path: `${file}:y_train` }] });
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    assert.deepEqual(sources, [{ path: file, sha256 }]);
  });

  it('refuses what cannot be opened', async () => {
    assert.match(await problemOf(openDataset({ data: [] })), /data: no file was given/);
    assert.match(await problemOf(open('/dev/null')), /is a device or a pipe|is empty/);
    assert.match(await problemOf(open(temporary('no/such/folder.npy'))), /no such file or folder/);
    assert.match(await problemOf(open(fixture('images/rgb.png'))), /is a PNG image; give the folder/);
    assert.match(await problemOf(open('x', { seed: 0.5 })), /seed: 0\.5/);
    mkdirSync(temporary('folder.npy'));
    assert.match(await problemOf(open(temporary('folder.npy'))), /folder without images/);
    assert.match(
      await problemOf(open(fixture('version-1.npy'), { labelColumn: 'y' })),
      /has no columns by name/,
    );
    assert.match(await problemOf(open(`${fixture('missing.npz')}:x`)), /missing\.npz: no such file/);
  });
});
