import assert from 'node:assert/strict';
import { csvLine } from '../../../../src/engine/export/csv';

describe('lines of CSV', () => {
  it('keep names that spreadsheets would compute as text', () => {
    for (const name of ['=1+1', '+cmd', '-x', '@SUM(A1)', '\tx', '\rx', ' =1', '＝1+1', '-1+1', '--1']) {
      assert.equal(csvLine([name, 1]), `"'${name}",1\n`);
    }
    assert.equal(csvLine(['=A"1"']), `"'=A""1"""\n`);
  });

  it('leave numbers, names that are numbers, and other text as they are', () => {
    const values = [-1.5, -1e-7, '-1', '+2', '-1.5e-7', 'a-b', '0101', "'", true, undefined];
    assert.equal(csvLine(values), "-1.5,-1e-7,-1,+2,-1.5e-7,a-b,0101,',true,\n");
  });
});
