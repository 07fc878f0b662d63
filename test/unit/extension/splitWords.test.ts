import assert from 'node:assert/strict';
import { splitArguments } from '../../../src/extension/python/words';

describe('arguments of a script', () => {
  it('are split as a shell splits them, and nothing is expanded', () => {
    assert.deepEqual(splitArguments(''), []);
    assert.deepEqual(splitArguments('  --lr 0.1\t--name run '), ['--lr', '0.1', '--name', 'run']);
    assert.deepEqual(splitArguments(`--name "a b" 'c "d"' e\\ f ""`), ['--name', 'a b', 'c "d"', 'e f', '']);
    assert.deepEqual(splitArguments('$HOME `x` $(y) a;b'), ['$HOME', '`x`', '$(y)', 'a;b']);
    assert.deepEqual(splitArguments('C:\\data\\x.npy'), ['C:\\data\\x.npy']);
    assert.deepEqual(splitArguments('--name "a b'), { problem: 'a quote " is not closed' });
  });
});
