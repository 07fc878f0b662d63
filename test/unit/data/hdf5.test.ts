import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { allNumbers, FIXTURES, open, problemOf, temporaryFiles } from './helpers';

const fixture = (name: string) => path.join(FIXTURES, 'hdf5', name);
const expected = JSON.parse(readFileSync(fixture('hdf5.json'), 'utf8')) as Record<string, number[]>;

describe('HDF5 datasets', () => {
  const temporary = temporaryFiles();

  it('numbers of every type and byte order, as h5py reads them', async () => {
    for (const [name, values] of Object.entries(expected)) {
      if (name === 'pictures') continue;
      const { features } = await open(`${fixture('types.h5')}:${name}`, { labelColumn: false });
      assert.deepEqual(await allNumbers(features), values, name);
    }
  });

  it('arrays in groups, in packed chunks, with labels of the same group', async () => {
    const { features, labels, notices } = await open(`${fixture('grouped.h5')}:train/x`);
    assert.deepEqual(features.shape, [2, 3]);
    assert.deepEqual(await allNumbers(features), expected.pictures);
    assert.deepEqual([...(labels?.values ?? [])], [0, 1, 2, 1, 0]);
    assert.ok(
      notices.some((notice) => notice.endsWith('are taken from ' + `${fixture('grouped.h5')}:train/y.`)),
    );
    assert.deepEqual((await open(`${fixture('grouped.h5')}#/train/x`)).features.count, 5);
  });

  it('labels that are texts, of one length or of any', async () => {
    const { labels, features } = await open(fixture('texts.hdf5'));
    assert.deepEqual(features.shape, [4]);
    assert.deepEqual(labels?.classes, ['cat', 'dog', 'Öl']);
    const fixed = await open(`${fixture('texts.hdf5')}:x`, {
      labels: [{ path: `${fixture('texts.hdf5')}:fixed` }],
    });
    assert.deepEqual(fixed.labels?.classes, ['cat', 'dog', 'ox']);
  });

  it('what is not read, and damaged files, are refused in one line', async () => {
    const other = fixture('other.h5');
    const cases: [string, RegExp][] = [
      [
        fixture('grouped.h5'),
        /grouped\.h5: has the arrays train\/x, train\/y: say which, as .*grouped\.h5:train\/x/,
      ],
      [`${other}:records`, /other\.h5, member records: holds neither numbers nor texts, but records/],
      [`${other}:complex`, /member complex: holds neither numbers nor texts/],
      [`${other}:link`, /has no array `link`, only records, complex, large/],
      [`${other}:nope`, /has no array `nope`, only records/],
    ];
    for (const [file, problem] of cases) assert.match(await problemOf(open(file)), problem);
    const large = open(`${other}:large`, { limits: { bytes: 100_000 } });
    assert.match(await problemOf(large), /member large: is 128\.0 KiB, the limit is/);
    const small = open(`${other}:large`, { limits: { bytes: 1000 } });
    assert.match(
      await problemOf(small),
      /other\.h5: is \d+\.\d KiB, and HDF5 files are held in memory; the limit is/,
    );
    const whole = readFileSync(fixture('types.h5'));
    const cut = temporary('cut.h5', whole.subarray(0, 1200));
    assert.match(
      await problemOf(open(`${cut}:<f2`)),
      /cut\.h5: is a damaged HDF5 file, expected arrays of numbers/,
    );
  });
});
