import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset, type DatasetOptions } from '../../../src/data/openDataset';
import { describePlace } from '../../../src/data/instancePlaceText';
import { allNumbers, FIXTURES, open, problemOf, temporaryFiles } from './helpers';

const parquet = (name: string) => path.join(FIXTURES, 'parquet', `${name}.parquet`);
const expected = JSON.parse(readFileSync(path.join(FIXTURES, 'parquet', 'parquet.json'), 'utf8')) as {
  numbers: number[][];
  pictures: number[][][];
};

async function numbers(name: string, options: Omit<DatasetOptions, 'data'> = {}): Promise<number[]> {
  return allNumbers((await open(parquet(name), options)).features);
}

describe('Parquet', () => {
  const temporary = temporaryFiles();

  it('numbers of every type in several row groups, packed in every way, as pandas reads them', async () => {
    const wanted = expected.numbers.flatMap((row) => row.slice(0, -1));
    const labels = expected.numbers.map((row) => row.at(-1));
    for (const name of ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'version-2']) {
      const { features, labels: found, notices } = await open(parquet(name));
      assert.deepEqual(features.shape, [12], name);
      assert.deepEqual(await allNumbers(features), wanted, name);
      assert.deepEqual([...(found?.values ?? [])], labels, name);
      assert.ok(
        notices.some((notice) => notice.includes('True and False of column `bool` are taken as 1 and 0')),
      );
    }
    const [first] = expected.numbers;
    const some = await numbers('encodings');
    assert.deepEqual(some.slice(0, 4), [first[2], first[3], first[9], first[10]]);
    assert.equal(some.length, 4 * expected.numbers.length);
  });

  it('columns are chosen, left out and named as those of other tables', async () => {
    const chosen = await numbers('none', { features: ['float64', 'int8'], labelColumn: 'label' });
    assert.deepEqual(chosen.slice(0, 2), [expected.numbers[0][10], expected.numbers[0][0]]);
    const dropped = await open(parquet('none'), { drop: ['bool', 'int8'] });
    assert.deepEqual(dropped.features.shape, [10]);
    assert.match(
      await problemOf(open(parquet('none'), { drop: ['nope'] })),
      /has no column `nope`: there are columns 0 to 12/,
    );
    const place = (await open(parquet('none'))).features.place(26);
    assert.equal(describePlace(place), `${parquet('none')}, index 26`);
  });

  it('what pandas writes: missing values, categories as columns of 0 and 1, its index as no feature', async () => {
    assert.match(
      await problemOf(open(parquet('pandas'))),
      /pandas\.parquet, index 1: column `length` is missing; say what/,
    );
    const { features, labels, notices } = await open(parquet('pandas'), { missing: 'mean' });
    assert.deepEqual(labels?.classes, ['cat', 'dog']);
    const mean = 9.5 / 3;
    assert.deepEqual((await allNumbers(features)).slice(0, 12), [1.5, 1, 0, 1, 0, 1, mean, 2, 1, 0, 1, 0]);
    assert.ok(notices.some((notice) => notice.endsWith('is the index that pandas kept and no feature.')));
    const kept = await open(parquet('pandas'), { missing: 'drop' });
    assert.deepEqual([...kept.instances], [0, 3]);
    const chosen = await numbers('pandas', { features: ['__index_level_0__'], labelColumn: 'species' });
    assert.deepEqual(chosen, [10, 20, 30, 40]);
    assert.deepEqual((await open(parquet('range-index'), { missing: 'zero' })).features.shape, [6]);
    assert.deepEqual(await numbers('counted'), [0.5, 1.5, 2.5, 3.5]);
  });

  it('lists of one length are vectors, lists of lists pictures', async () => {
    const pictures = expected.pictures.flat(2);
    assert.deepEqual(await numbers('lists'), pictures);
    const nested = await open(parquet('nested'));
    assert.deepEqual(nested.features.shape, [2, 3]);
    assert.equal(nested.features.axes, 'HW');
    assert.deepEqual(await allNumbers(nested.features), pictures);
    assert.deepEqual([...(nested.labels?.values ?? [])], [0, 1, 2, 1, 0]);
    const joined = await numbers('fixed');
    assert.deepEqual(joined.slice(0, 7), [...expected.pictures[0].flat(), 1]);
    assert.equal(
      await problemOf(open(parquet('ragged'))),
      `${parquet('ragged')}, index 2: column \`v\` is a list of 1, expected 2 as in the first row`,
    );
    const vectors = await problemOf(open(parquet('lists'), { labelColumn: 'pixels' }));
    assert.match(vectors, /column `pixels` holds lists, expected one label a row/);
  });

  it('what cannot be a feature is named, and may be left out', async () => {
    const drop = ['when', 'day', 'bytes', 'parts', 'words', 'nothing', 'large'];
    for (const [column, problem] of [
      ['when', 'holds times'],
      ['day', 'holds dates'],
      ['bytes', 'holds bytes'],
      ['parts', 'has parts (bytes, path)'],
      ['words', 'holds lists of texts'],
    ]) {
      const others = drop.filter((name) => name !== column);
      const message = `${parquet('other')}: column \`${column}\` ${problem}, expected numbers, texts, or lists of numbers; leave the column out`;
      assert.equal(await problemOf(open(parquet('other'), { drop: others })), message);
    }
    const large = drop.filter((name) => name !== 'large');
    assert.match(
      await problemOf(open(parquet('other'), { drop: large })),
      /index 0: column `large` is 9007199254740993, which no/,
    );
    const empty = drop.filter((name) => name !== 'nothing');
    assert.match(await problemOf(open(parquet('other'), { drop: empty })), /column `nothing` is missing/);
    assert.deepEqual(await numbers('other', { drop }), [1, 0.01, 2, -3.5]);
    assert.deepEqual(await numbers('other', { features: ['price'], labelColumn: 'label' }), [0.01, -3.5]);
  });

  it('files of labels, and splits', async () => {
    const data = [
      { name: 'train', path: parquet('nested') },
      { name: 'test', path: parquet('nested') },
    ];
    const { splits, features } = await openDataset({ data });
    assert.equal(features.count, 10);
    assert.deepEqual(splits?.names, ['train', 'test']);
    const labels = [{ path: parquet('counted') }];
    const x = [[1], [2], [3], [4]].map((row) => row.join(',')).join('\n');
    const labelled = await open(temporary('x.csv', x), { labels });
    assert.deepEqual([...(labelled.labels?.values ?? [])], [0, 1, 0, 1]);
  });

  it('damaged files, files over the limit and packed ones are refused in one line', async () => {
    const whole = readFileSync(parquet('snappy'));
    const file = temporary('cut.parquet', whole.subarray(0, 4000));
    assert.match(
      await problemOf(open(file)),
      /cut\.parquet: is cut off or damaged: the Parquet file does not end in PAR1/,
    );
    const broken = Buffer.from(whole);
    broken.fill(0xff, 40, 80);
    assert.match(
      await problemOf(open(temporary('broken.parquet', broken))),
      /broken\.parquet, column int8: is a damaged Parquet file/,
    );
    const limits = { bytes: 4000 };
    assert.match(
      await problemOf(open(parquet('none'), { limits })),
      /none\.parquet: 60 rows of 12 numbers take 5\.6 KiB, the limit is/,
    );
    assert.match(
      await problemOf(open(parquet('none'), { limits: { bytes: 100 } })),
      /column int8: takes \d+ bytes in one row group of 25 rows/,
    );
    assert.match(await problemOf(open(parquet('no-rows'))), /has no rows/);
  });
});
