import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { openDataset } from '../../../src/data/openDataset';
import { temporaryFolder } from '../../helpers/setup';

describe('tables of a quote and nothing more', () => {
  const folder = temporaryFolder();

  for (const text of [' "', '\t"', '" ', '"\t', '"\n', '"\r']) {
    it(`${JSON.stringify(text)} is refused as bad input, not a fault of the program`, async () => {
      const file = path.join(folder(), 'quote.csv');
      writeFileSync(file, text);
      await assert.rejects(openDataset({ data: [{ path: file }] }), InputError);
    });
  }
});
