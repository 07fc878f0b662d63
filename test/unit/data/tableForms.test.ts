import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import type { DatasetOptions } from '../../../src/data/openDataset';
import { allNumbers, open, problemOf, temporaryFiles } from './helpers';

describe('tables as other tools write them', () => {
  const temporary = temporaryFiles();
  const read = (text: string, options: Omit<DatasetOptions, 'data'> = {}): Promise<Dataset> =>
    open(temporary('table.csv', text), options);
  const numbers = async (text: string, options: Omit<DatasetOptions, 'data'> = {}) =>
    allNumbers((await read(text, { labelColumn: false, ...options })).features);

  it('comments before and between rows are no rows, and lines are counted with them', async () => {
    const text = '# by machine 3\n#2024-05-01, "x"\n\na,b\n1,2\n# pause, "y"\n3,4\n';
    assert.deepEqual(await numbers(text), [1, 2, 3, 4]);
    assert.equal((await read(text)).features.place(1).line, 7);
    assert.deepEqual(await numbers('#N/A,1\n2,3\n', { missing: 'zero' }), [0, 1, 2, 3]);
    assert.deepEqual(await numbers('#NA;1\n2;3\n', { missing: 'zero' }), [0, 1, 2, 3]);
  });

  it("names of columns in a comment, as NumPy's savetxt writes them", async () => {
    const named = await read('# a b label\n1.5 2 0\n3 4 1\n', { labelColumn: 'a' }).catch(
      (error: Error) => error,
    );
    assert.match(String(named), /label 1\.5 is no class/);
    assert.deepEqual(await numbers('#a,b,label\n1,2,0\n3,4,1\n', { features: ['b'] }), [2, 4]);
  });

  it('a first line sep=X names the separator', async () => {
    for (const [line, separator] of ['sep=;', '"sep=|"', 'SEP=\t', 'sep=,', 'sep=:'].map((l) => [
      l,
      l.replaceAll('"', '').at(-1)!,
    ])) {
      const text = `\ufeff${line}\r\na${separator}b\r\n1${separator}2\r\n`;
      assert.deepEqual(await numbers(text), [1, 2], line);
      assert.equal((await read(text)).features.place(0).line, 3);
    }
  });

  it('blanks part the columns of tables of numbers, and no labels of several words', async () => {
    assert.deepEqual(await numbers('1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n'), [1, 2, 3, 4]);
    assert.deepEqual(await numbers('  1   2\t3\n -4 5.5  6 \n'), [1, 2, 3, -4, 5.5, 6]);
    assert.deepEqual(await numbers('a b\n1,5 2,5\n3,5 4,5\n'), [1.5, 2.5, 3.5, 4.5]);
    const named = await read('a b species\n1 2 x\n3 4 "y z"\n');
    assert.deepEqual(named.labels?.classes, ['x', 'y z']);
    const labels = [{ path: temporary('l.csv', 'class 1\nclass 2\n') }];
    assert.deepEqual((await read('1\n2\n', { labels })).labels?.classes, ['class 1', 'class 2']);
    assert.deepEqual(await numbers('1 2\n3 4\n', { delimiter: 'space' }), [1, 2, 3, 4]);
    assert.deepEqual(await numbers('1, 2\n3, 4\n'), [1, 2, 3, 4]);
  });

  it('an index is no feature: without a name, of rows drawn at random, of names of rows, called id', async () => {
    for (const text of [
      ',a,b\n0,1,2\n1,3,4\n',
      'Unnamed: 0,a,b\n17,1,2\n3,3,4\n',
      '"",a,b\nMazda,1,2\nFiat,3,4\n',
      'Id,a,b\n1,1,2\n2,3,4\n',
      '"a" "b"\n"1" 1 2\n"2" 3 4\n"3" 5 6\n',
    ]) {
      assert.deepEqual((await numbers(text)).slice(0, 4), [1, 2, 3, 4], text);
    }
    assert.match((await read(',a,b\n0,1,2\n1,3,4\n')).notices.join(), /without a name numbers the rows/);
    const labels = [{ path: temporary('y.csv', ',kind\n0,x\n1,y\n') }];
    assert.deepEqual((await read(',a\n0,1\n1,2\n', { labels })).labels?.classes, ['x', 'y']);
  });

  it('a first column that does not number the rows stays a feature', async () => {
    for (const text of [
      ',a\n0.5,1\n1.5,2\n',
      ',a\n3,1\n3,2\n',
      'id,a\n7,1\n3,2\n',
      'n,a\n0,1\n1,2\n',
      '0,1\n1,2\n',
    ]) {
      assert.equal((await numbers(text)).length, 4, text);
    }
    assert.deepEqual(await numbers(',a\n0,1\n1,2\n', { features: ['0', 'a'] }), [0, 1, 1, 2]);
  });

  it('columns without names are numbered behind an empty cell, and an empty last column is left out', async () => {
    assert.deepEqual(await numbers(',0,1\n0,5,6\n1,7,8\n'), [5, 6, 7, 8]);
    assert.deepEqual(await numbers('a,b,\n5,6,\n7,8,\n'), [5, 6, 7, 8]);
    const labelled = await read('a,label,\n5,1,\n7,0,\n');
    assert.deepEqual([...(labelled.labels?.values ?? [])], [1, 0]);
  });

  it('words for missing numbers; a class may be called None', async () => {
    for (const word of ['None', '<NA>', '#N/A', '#NA', '-nan', '#DIV/0!', '1.#IND', 'NaT', '.']) {
      assert.deepEqual(await numbers(`a,b\n1,${word}\n3,4\n`, { missing: 'zero' }), [1, 0, 3, 4], word);
      assert.match(await problemOf(numbers(`a,b\n1,${word}\n3,4\n`)), /line 2: column `b` is missing/, word);
    }
    assert.deepEqual((await read('a,label\n1,None\n2,mild\n')).labels?.classes, ['None', 'mild']);
    assert.match(await problemOf(read('a,label\n1,<NA>\n2,mild\n')), /the label is missing/);
  });

  it('decimal commas where the separator is none', async () => {
    for (const separator of [';', '\t', '|']) {
      const text = ['a;b', '1,5;2', '-,25;3,5e-1'].join('\n').replaceAll(';', separator);
      assert.deepEqual(await numbers(text), [1.5, 2, -0.25, 0.35], separator);
    }
    assert.match((await read('a;b\n1,5;2\n')).notices.join(), /decimal commas/);
    assert.match(await problemOf(numbers('a;b\n1;2\n1.234,5;2\n')), /"1\.234,5", expected a number \(with/);
  });

  it('chooses and orders columns', async () => {
    const text = 'a,b,c,kind\n1,2,3,x\n4,5,6,y\n';
    const some = await read(text, { features: ['c', 'a'] });
    assert.deepEqual(await allNumbers(some.features), [3, 1, 6, 4]);
    assert.deepEqual(some.labels?.classes, ['x', 'y']);
    assert.deepEqual(await allNumbers((await read(text, { drop: ['1'] })).features), [1, 3, 4, 6]);
    assert.match(await problemOf(read(text, { drop: ['z'] })), /has no column `z`/);
    assert.match(await problemOf(read(text, { features: ['a', '0'] })), /column `a` is wanted twice/);
    assert.match(await problemOf(read(text, { features: ['a'], drop: ['a'] })), /is wanted and left out/);
  });

  it('text becomes columns of 0 and 1, behind the numbers unless an order is given', async () => {
    const text = 'colour,size,label\nred,1,0\nblue,2,1\nred,3,0\n';
    const dataset = await read(text);
    assert.deepEqual(await allNumbers(dataset.features), [1, 0, 1, 2, 1, 0, 3, 0, 1]);
    assert.match(
      dataset.notices.join(),
      /column `colour` is text and becomes 2 columns of 0 and 1, for blue, red/,
    );
    const ordered = await read(text, { features: ['colour', 'size'] });
    assert.deepEqual(await allNumbers(ordered.features), [0, 1, 1, 1, 0, 2, 0, 1, 3]);
    const gaps = 'colour,size\nred,1\n,2\nblue,3\nred,4\n';
    assert.deepEqual((await numbers(gaps, { missing: 'zero' })).slice(3, 6), [2, 0, 0]);
    assert.match(await problemOf(numbers(gaps)), /line 3: column `colour` is missing/);
    const names = Array.from({ length: 30 }, (_, row) => `name${row},${row},0`).join('\n');
    assert.match(
      await problemOf(read(`name,a,label\n${names}\n`)),
      /30 different values, such as "name0".*--drop/,
    );
  });

  it('True and False are 1 and 0 in columns of nothing else', async () => {
    assert.deepEqual(await numbers('a,b\n1,True\n2,FALSE\n'), [1, 1, 2, 0]);
    assert.match(await problemOf(numbers('a,b\n1,2\n2,True\n')), /"True", expected a number/);
  });
});
