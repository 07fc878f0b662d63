import assert from 'node:assert/strict';
import {
  isMissing,
  isMissingLabel,
  isMissingNumber,
  parseDecimalComma,
  parseNumber,
} from '../../../src/data/tables/parseNumber';

/** Long enough that time growing with the square of the length would be minutes; what is linear takes milliseconds. */
const LENGTH = 1_000_000;

/** Beginnings that a pattern for numbers may match in many ways, each with an end that makes no number of them. */
const cells: Record<string, string> = {
  digits: `${'7'.repeat(LENGTH)}x`,
  'digits with a point': `${'7'.repeat(LENGTH)}.${'7'.repeat(LENGTH)}x`,
  'digits with a comma': `${'7'.repeat(LENGTH)},${'7'.repeat(LENGTH)}x`,
  'digits of an exponent': `1e${'7'.repeat(LENGTH)}x`,
  blanks: `${' '.repeat(LENGTH)}x`,
  'blanks between digits': `1${' '.repeat(LENGTH)}2`,
  points: '.'.repeat(LENGTH),
  signs: '-'.repeat(LENGTH),
};

describe('a cell of a million characters', function () {
  this.timeout(20_000);

  for (const [name, cell] of Object.entries(cells)) {
    it(`is no number at once: ${name}`, () => {
      assert.equal(parseNumber(cell), undefined);
      assert.equal(parseDecimalComma(cell), undefined);
      assert.equal(isMissing(cell) || isMissingNumber(cell) || isMissingLabel(cell), false);
    });
  }

  it('is a number where it is one', () => {
    assert.equal(parseNumber(`0.${'0'.repeat(LENGTH)}`), 0);
    assert.equal(parseNumber('7'.repeat(LENGTH)), Infinity);
  });
});
