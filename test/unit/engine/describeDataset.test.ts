import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeDataset } from '../../../src/engine/recording/describeDataset';
import type { DescribeParams } from '../../../src/protocol/recording';
import { temporaryFolder } from '../../helpers/setup';

const FIXTURES = path.resolve('test', 'fixtures');

describe('what a dataset is taken for', () => {
  const at = temporaryFolder();
  const flowers = () => {
    const rows = ['1,2,3,4,rose', '2,3,4,5,aster', '3,4,5,6,lily', '4,5,6,7,rose'];
    writeFileSync(at('flowers.csv'), `a,b,c,d,kind\n${rows.join('\n')}\n`);
    return at('flowers.csv');
  };
  const describeIt = (params: Partial<DescribeParams>) =>
    describeDataset({
      model: path.join(FIXTURES, 'mnist', 'cnn.onnx'),
      data: [],
      mostBytes: 1e7,
      ...params,
    });

  it('columns and classes of a table, as they are or as they are wanted', async () => {
    const usual = await describeIt({ data: [flowers()] });
    assert.equal(usual.problem, undefined);
    assert.deepEqual(
      usual.columns?.map(({ role }) => role),
      ['feature', 'feature', 'feature', 'feature', 'label'],
    );
    const names = usual.classes!.names;
    assert.deepEqual([usual.classes?.sorted, names], [true, [...names].sort()]);
    const reversed = [...names].reverse();
    const features = usual.columns!.slice(1, 3).map(({ name }) => name);
    const wanted = await describeIt({ data: [flowers()], classes: reversed, features });
    assert.deepEqual(wanted.classes, { names: reversed, sorted: false });
    assert.deepEqual(
      wanted.columns?.map(({ role }) => role),
      ['left out', 'feature', 'feature', 'left out', 'label'],
    );
    assert.deepEqual(await describeIt({ data: [flowers()], mostBytes: 10 }), {});
  });

  it('sizes of images, and what the model takes', async () => {
    for (const [k, name] of ['rgb.png', 'gray.png'].entries()) {
      mkdirSync(at('images', String(k)), { recursive: true });
      cpSync(path.join(FIXTURES, 'data', 'images', name), at('images', String(k), 'a.png'));
    }
    cpSync(path.join(FIXTURES, 'data', 'kinds', 'rgb.bmp'), at('images', '1', 'b.bmp'));
    const data = [at('images')];
    const { sizes, classes } = await describeIt({ data });
    assert.deepEqual(sizes?.largest, { height: 13, width: 19 });
    assert.deepEqual(sizes?.wanted, { height: 28, width: 28 });
    assert.deepEqual(classes?.names, ['0', '1']);
    assert.equal((await describeIt({ data, resize: '28x28' })).sizes, undefined);
  });

  it('what is wrong with it is told, and is no failure', async () => {
    const { problem } = await describeIt({ data: [flowers()], labelColumn: 'nope' });
    assert.match(problem!, /has no column `nope`/);
    assert.match((await describeIt({ data: [at('nothing.csv')] })).problem!, /no such file or folder/);
  });
});
