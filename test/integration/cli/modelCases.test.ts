import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkCase, readCases } from '../../modelCases/checkCase';
import { FIXTURES_FOLDER } from '../../fixtures';
import { CLI } from '../../helpers/apd';

describe('models as other tools save them', function () {
  this.timeout(60_000);
  const root = path.join(FIXTURES_FOLDER, 'modelCases');
  for (const [name, wanted] of Object.entries(readCases(path.join(root, 'cases.json')))) {
    const folder = path.join(root, name);
    // The list also names cases whose files are too large to be kept here.
    if (!existsSync(folder)) continue;
    it(name, async () => {
      assert.equal(await checkCase(CLI, folder, readdirSync(folder), wanted), undefined);
    });
  }
});
