import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Delayed } from '../../../src/extension/shared/delayed';

describe('delayed work', () => {
  let done: number;
  let delayed: Delayed;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    done = 0;
    delayed = new Delayed(() => done++, 100);
  });
  afterEach(() => mock.timers.reset());

  it('is done once, the delay after it was first asked for', () => {
    delayed.ask();
    mock.timers.tick(60);
    delayed.ask();
    assert.deepEqual([done, delayed.waits], [0, true]);
    mock.timers.tick(40);
    assert.deepEqual([done, delayed.waits], [1, false]);
    mock.timers.tick(1000);
    assert.equal(done, 1);
    delayed.ask();
    mock.timers.tick(100);
    assert.equal(done, 2);
  });

  it('is done the delay after it was postponed last', () => {
    delayed.postpone();
    mock.timers.tick(60);
    delayed.postpone();
    mock.timers.tick(60);
    assert.equal(done, 0);
    mock.timers.tick(40);
    assert.equal(done, 1);
  });

  it('is done at once where that is asked, and then no more', () => {
    delayed.ask();
    delayed.doNow();
    mock.timers.tick(1000);
    assert.equal(done, 1);
  });

  it('is left undone once it is taken back', () => {
    delayed.ask();
    delayed.dispose();
    mock.timers.tick(1000);
    assert.equal(done, 0);
  });
});
