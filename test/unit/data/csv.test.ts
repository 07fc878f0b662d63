import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import Papa from 'papaparse';
import { RecordReader } from '../../../src/data/tables/csvRecords';
import type { Dataset } from '../../../src/data/dataset';
import type { DatasetOptions } from '../../../src/data/openDataset';
import { isMissing, parseNumber } from '../../../src/data/tables/parseNumber';
import { describePlace } from '../../../src/data/instancePlaceText';
import { defaultLimits } from '../../../src/data/files/limits';
import { textBlocks } from '../../../src/data/files/textBlocks';
import { allNumbers, open, problemOf, temporaryFiles } from './helpers';

describe('CSV and TSV tables', () => {
  const temporary = temporaryFiles();
  const read = (text: string | Uint8Array, options: Omit<DatasetOptions, 'data'> = {}): Promise<Dataset> =>
    open(temporary('table.csv', text), options);
  const numbers = async (text: string, options: Omit<DatasetOptions, 'data'> = {}) =>
    allNumbers((await read(text, { labelColumn: false, ...options })).features);
  const classes = ({ labels }: Dataset) => [...(labels?.values ?? [])].map((value) => labels?.classes[value]);

  it('reads numbers, text labels and lines', async () => {
    const dataset = await read('a,b,species\n1,2.5,setosa\n-3e2,.5,versicolor\n0,+7,setosa\n');
    assert.deepEqual(await allNumbers(dataset.features), [1, 2.5, -300, 0.5, 0, 7]);
    assert.deepEqual(classes(dataset), ['setosa', 'versicolor', 'setosa']);
    assert.deepEqual([dataset.features.shape, dataset.features.axes], [[2], 'flat']);
    assert.equal(describePlace(dataset.features.place(1)), `${temporary('table.csv')}, line 3`);
    assert.deepEqual([...dataset.instances], [0, 1, 2]);
    assert.equal(dataset.labels?.numeric, false);
    assert.match(dataset.notices.join(), /the last column `species` is taken as the label/);
  });

  it('finds out whether there is a header', async () => {
    assert.equal((await read('1,2,setosa\n3,4,virginica\n')).features.count, 2);
    assert.equal((await read('label,0,1\n7,1,2\n5,3,4\n')).features.count, 2);
    assert.equal((await read('5,0,0\n4,0,1\n')).features.count, 2);
    assert.equal((await read('x,y\n1,2\n')).features.count, 1);
    assert.equal((await read('x,?\n1,2\n')).features.count, 1);
    assert.match((await read('label,0,1\n7,1,2\n')).notices.join(), /first row is taken as the names/);
  });

  it('does as told about the header', async () => {
    assert.deepEqual(await numbers('1,2\n3,4\n', { header: true }), [3, 4]);
    assert.deepEqual(await numbers('1,2\n3,4\n', { header: false }), [1, 2, 3, 4]);
    const problem = await problemOf(numbers('a,2\n3,4\n', { header: false }));
    assert.match(problem, /line 1: column 0 is "a", expected a number/);
  });

  it('takes a column called label before the last one', async () => {
    const dataset = await read('label,p0,p1\n7,0,1\n3,1,0\n');
    assert.deepEqual(classes(dataset), ['7', '3']);
    assert.deepEqual(await allNumbers(dataset.features), [0, 1, 1, 0]);
    assert.match(dataset.notices.join(), /column `label` is taken as the label/);
  });

  it('takes the label column by name and by number', async () => {
    const text = 'a,kind,b\n1,7,2\n3,8,4\n';
    for (const labelColumn of ['kind', '1']) {
      const dataset = await read(text, { labelColumn });
      assert.deepEqual([...(dataset.labels?.values ?? [])], [7, 8], labelColumn);
      assert.deepEqual(await allNumbers(dataset.features), [1, 2, 3, 4]);
      assert.deepEqual(dataset.notices, []);
    }
    assert.deepEqual(await allNumbers((await read('5,1\n6,2\n', { labelColumn: '0' })).features), [1, 2]);
    const numbered = await read('0,1,2\n9,8,7\n', { labelColumn: '2', header: true });
    assert.deepEqual([...(numbered.labels?.values ?? [])], [7]);
  });

  it('takes text as a header where the label column is named in it', async () => {
    const dataset = await read('f,class\n1,x\n', { labelColumn: 'class' });
    assert.deepEqual(classes(dataset), ['x']);
    assert.deepEqual(classes(await read('kind,1\nx,2\n', { labelColumn: 'kind' })), ['x']);
  });

  it('refuses label columns that are not there, or there twice', async () => {
    const text = 'a,b,a\n1,2,3\n';
    assert.match(
      await problemOf(read(text, { labelColumn: 'c' })),
      /table\.csv: has no column `c`: there are columns 0 to 2, a, b, a/,
    );
    assert.match(await problemOf(read(text, { labelColumn: '3' })), /has no column `3`/);
    assert.match(await problemOf(read(text, { labelColumn: '-1' })), /has no column `-1`/);
    assert.match(await problemOf(read(text, { labelColumn: 'a' })), /has 2 columns `a`/);
    assert.match(await problemOf(read('1,2\n', { labelColumn: 'x' })), /no names \(no header\)/);
    assert.match(await problemOf(read('a\n1\n')), /has a single column/);
  });

  it('reads no labels when told that there are none', async () => {
    const dataset = await read('a,b\n1,2\n', { labelColumn: false });
    assert.deepEqual([dataset.labels, dataset.features.shape], [undefined, [2]]);
  });

  it('finds out the separator', async () => {
    for (const separator of [',', ';', '\t']) {
      const text = `a${separator}b\n1${separator}2\n3${separator}4\n`;
      assert.deepEqual(await numbers(text), [1, 2, 3, 4], JSON.stringify(separator));
    }
    assert.deepEqual(await numbers('1\n2\n'), [1, 2]);
  });

  it('takes any separator when told', async () => {
    assert.deepEqual(await numbers('1|2\n3|4\n', { delimiter: '|' }), [1, 2, 3, 4]);
    assert.deepEqual(await numbers('1\t2\n', { delimiter: 'tab' }), [1, 2]);
    for (const delimiter of [',,', '"', '\n']) {
      assert.match(await problemOf(read('1,2\n', { delimiter })), /delimiter: .* is no single character/);
    }
  });

  it('reads quoted fields with separators, quotes and line ends in them', async () => {
    const text = 'a,note,label\r\n"1","x, ""y""\r\nz\n",p\r\n2,"w",q\r\n\r\n3,v,"p"\r\n';
    const problem = await problemOf(read(text));
    assert.match(
      problem,
      /column `note` is text with 3 different values, such as "x, \\"y\\" z", expected numbers/,
    );
    const dataset = await read('a,label\r\n"1","x, ""y""\r\nz"\r\n2,w\r\n\r\n"3","w"\r\n');
    assert.deepEqual(await allNumbers(dataset.features), [1, 2, 3]);
    assert.deepEqual(classes(dataset), ['x, "y"\r\nz', 'w', 'w']);
    assert.deepEqual(
      [0, 1, 2].map((index) => dataset.features.place(index).line),
      [2, 4, 6],
    );
  });

  it('reads a byte order mark, CRLF, CR, blank lines, spaces and a last line without an end', async () => {
    const dataset = await read('\ufeffa,b\r\n\r\n 1 , 2\r\n   \r\n3,4');
    assert.deepEqual(await allNumbers(dataset.features), [1, 3]);
    assert.deepEqual([...(dataset.labels?.values ?? [])], [2, 4]);
    assert.deepEqual([dataset.features.place(0).line, dataset.features.place(1).line], [3, 5]);
    assert.deepEqual(await numbers('a,b\r1,2\r3,4\r'), [1, 2, 3, 4]);
    assert.deepEqual(await numbers('\ufeff"a","b"\n"1","2"'), [1, 2]);
  });

  it('names the line of a ragged row, also behind fields of several lines', async () => {
    assert.match(await problemOf(numbers('a,b\n1,2\n3\n')), /line 3: has 1 field, expected 2/);
    assert.match(await problemOf(numbers('a,b\n1,2\n3,4,5\n')), /line 3: has 3 fields, expected 2/);
    assert.match(await problemOf(read('a,b\n1,"x\ny"\n\n2\n')), /line 5: has 1 field, expected 2/);
  });

  it('names line and column of a missing value', async () => {
    for (const word of ['', 'NA', 'nan', 'NULL', '?', ' N/A ']) {
      const problem = await problemOf(numbers(`a,b,c\n1,2,3\n4,${word},6\n`));
      assert.match(problem, /line 3: column `b` is missing/, word);
    }
    assert.match(
      await problemOf(read('a,label\n1,x\n2,NA\n')),
      /line 3: column `label`: the label is missing/,
    );
  });

  it('drops, zeroes or averages missing values when told', async () => {
    const text = 'a,b\n1,10\n?,20\n4,NA\n7,60\n';
    assert.deepEqual(await numbers(text, { missing: 'zero' }), [1, 10, 0, 20, 4, 0, 7, 60]);
    assert.deepEqual(await numbers(text, { missing: 'mean' }), [1, 10, 4, 20, 4, 30, 7, 60]);
    const dropped = await read(text, { missing: 'drop', labelColumn: false });
    assert.deepEqual(await allNumbers(dropped.features), [1, 10, 7, 60]);
    assert.deepEqual([...dropped.instances], [0, 3]);
    assert.deepEqual(dropped.features.place(1), { file: temporary('table.csv'), line: 5, index: 3 });
    assert.match(dropped.notices.join(), /2 rows with missing values left out/);
    assert.match(
      await problemOf(numbers('a,b\n1,\n2,\n', { missing: 'mean' })),
      /column `b` has no value at all/,
    );
    assert.match(
      await problemOf(numbers('a,b\n1,\n2,\n', { missing: 'drop' })),
      /all its rows were left out/,
    );
    assert.match(
      await problemOf(read('1,2\n', { missing: 'guess' as 'drop' })),
      /missing: `guess` is none of/,
    );
  });

  it('drops instances without a label when told, and keeps labels and numbers together', async () => {
    const dataset = await read('a,label\n1,x\n2,\n3,y\n', { missing: 'drop' });
    assert.deepEqual(await allNumbers(dataset.features), [1, 3]);
    assert.deepEqual(classes(dataset), ['x', 'y']);
    const labels = { labels: [{ path: temporary('l.csv', 'label\n5\n6\n7\n') }] };
    const elsewhere = await read('a\n1\nNA\n3\n', { missing: 'drop', ...labels });
    assert.deepEqual([...(elsewhere.labels?.values ?? [])], [5, 7]);
  });

  it('averages over more rows than one block holds', async () => {
    const rows = Array.from({ length: 300_000 }, (_, row) => (row % 3 === 0 ? '?' : String(row % 3)));
    const values = await numbers(`a\n${rows.join('\n')}\n`, { missing: 'mean' });
    assert.deepEqual(values.slice(0, 4), [1.5, 1, 2, 1.5]);
    assert.deepEqual(values.slice(-3), [1.5, 1, 2]);
  });

  it('refuses what is no number, or not finite, or too large', async () => {
    assert.match(
      await problemOf(numbers('a,b\n1,2\n3,x\n4,5\n', { header: true })),
      /line 3: column `b` is "x"/,
    );
    for (const word of ['1e999', 'inf', '-Infinity']) {
      assert.match(await problemOf(numbers(`a,b\n1,${word}\n`)), /expected a finite number/, word);
    }
    for (const word of ['0x10', '1_000', '1 2', '12abc', 'true', '--1']) {
      assert.match(
        await problemOf(numbers(`a,b\n1,2\n1,${word}\n`, { header: true })),
        /expected a number/,
        word,
      );
    }
    const { features } = await read('a,b\n1,2\n1e300,3\n', { labelColumn: false });
    assert.match(
      await problemOf(allNumbers(features, false)),
      /line 3: column `a` is 1e\+300, which is beyond/,
    );
    assert.deepEqual(await allNumbers(features), [1, 2, 1e300, 3]);
  });

  it('refuses labels that are fractions', async () => {
    assert.match(
      await problemOf(read('a,b\n1,2\n1,0.5\n')),
      /table\.csv, line 3: label 0\.5 is no class: expected whole numbers or text/,
    );
  });

  it('refuses quotes that do not close, or close too early', async () => {
    assert.match(
      await problemOf(read('a,b\n1,2\n3,"x\n4,5\n')),
      /line 3: has a quoted field that never ends/,
    );
    assert.match(await problemOf(read('a,b\n1,2\n3,"x"y\n4,5\n')), /line 3: has text behind a closing quote/);
  });

  it('takes no quadratic time over quotes that are wrong', async () => {
    const wrong = `a,b\n1,"${'x"y'.repeat(100_000)}${' '.repeat(500_000)}\n`;
    const start = performance.now();
    assert.match(await problemOf(read(wrong)), /line 2: has text behind a closing quote/);
    const open = `a,b\n1,"${'3,4\n'.repeat(2_000_000)}`;
    assert.match(await problemOf(read(open)), /line 2: has a quoted field that never ends/);
    assert.ok(performance.now() - start < 10_000);
  });

  it('refuses what is no UTF-8, and names the line', async () => {
    const latin1 = Buffer.from('a,label\n1,x\n2,L\xf6we\n', 'latin1');
    assert.match(await problemOf(read(latin1)), /table\.csv, line 3: is no UTF-8 text/);
    assert.match(await problemOf(read(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'))), /is UTF-16 text/);
    assert.match(await problemOf(read(Buffer.from('a,\0b\n'))), /is no dataset file/);
    assert.deepEqual(classes(await read('a,label\n1,Löwe\n')), ['Löwe']);
  });

  it('refuses tables without rows', async () => {
    assert.match(await problemOf(read('')), /table\.csv: is empty/);
    assert.match(await problemOf(read('\n\n')), /has no rows/);
    assert.match(await problemOf(read('a,b\n')), /has no rows of data/);
    assert.match(await problemOf(read('\ufeff')), /is empty|has no rows/);
  });

  it('reads gzipped tables, within the limit', async () => {
    const file = temporary('table.csv.gz', gzipSync('a,label\n1,x\n2,y\n'));
    assert.deepEqual(classes(await open(file)), ['x', 'y']);
    const bomb = temporary('bomb.csv.gz', gzipSync('1,2\n'.repeat(1_000_000)));
    assert.match(
      await problemOf(open(bomb, { limits: { bytes: 100_000 } })),
      /holds more text than it may, the limit is 97\.7 KiB \(APD_LIMITS=bytes=1GiB/,
    );
    assert.match(
      await problemOf(read('1,2\n'.repeat(100), { limits: { bytes: 100 } })),
      /is 400 bytes of text, the limit is 100 bytes/,
    );
  });

  it('reads the same numbers whatever the size of the chunks', async () => {
    const crlf = '\ufeffé,b\r\n1,"x\r\ny"\r\n2,z\r\n';
    for (const [text, size] of [crlf, crlf.replaceAll('\n', ''), crlf.replaceAll('\r', '')].flatMap((text) =>
      Array.from({ length: 30 }, (_, index) => [text, index + 1] as const),
    )) {
      const bytes = Buffer.from(text);
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let start = 0; start < bytes.length; start += size) {
          yield await Promise.resolve(bytes.subarray(start, start + size));
        }
      }
      let whole = '';
      for await (const block of textBlocks(chunks(), 'x', { ...defaultLimits, bytes: 1000 })) whole += block;
      assert.equal(whole, text.includes('\n') ? text.slice(1) : text.slice(1).replaceAll('\r', '\n'));
    }
  });

  it('gives every record the line it begins in, as text and however the text is cut', () => {
    const field = fc.stringMatching(/^[ab,"\n]{0,6}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, field), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, size) => {
          const text = rows.map((row) => `${Papa.unparse([row], { quotes: true })}\n`).join('');
          const lines: number[] = [];
          rows.reduce((line, row) => (lines.push(line), line + row.join('').split('\n').length), 1);
          const reader = new RecordReader('x', ',');
          const parts = text.match(/.*\n/g) ?? [];
          const seen: unknown[] = [];
          for (let at = 0; at < parts.length; at += size) {
            const records = reader.read(parts.slice(at, at + size).join(''), at + size >= parts.length);
            records.rows.forEach((row, index) => seen.push([records.lines[index], ...row]));
          }
          assert.deepEqual(
            seen,
            rows.map((row, index) => [lines[index], ...row]),
          );
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('numbers in text', () => {
  it('reads what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        assert.equal(parseNumber(` ${number}`), number === 0 ? 0 : number);
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        assert.equal(parseNumber(String(number)), number);
        assert.equal(parseNumber(`-${number}`), -number);
      }),
      { seed: 2 },
    );
  });

  it('tells numbers from text and from missing values', () => {
    for (const text of ['', ' ', '-', '.', 'e5', '0x1', '1e', '١']) {
      assert.equal(parseNumber(text), undefined, text);
    }
    assert.equal(parseNumber('1.'), 1);
    assert.equal(parseNumber('-inf'), -Infinity);
    assert.ok(Number.isNaN(parseNumber('NaN')));
    assert.deepEqual(['', 'NA', '?', 'null', '0', 'n', 'nano'].map(isMissing), [
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('refuses a cell of many digits that is no number as fast as any other', () => {
    const digits = '1'.repeat(2_000_000);
    assert.equal(parseNumber(`${digits}x`), undefined);
    assert.equal(parseNumber(`${digits}.${digits}e${digits}x`), undefined);
    assert.equal(parseNumber(digits), Infinity);
    assert.equal(parseNumber('12.'), 12);
    assert.equal(parseNumber('.5e-1'), 0.05);
  });
});
