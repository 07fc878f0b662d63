import fc from 'fast-check';
import assert from 'node:assert/strict';
import { learningEvents, summariseLearning } from '../../../../src/core/measures/learning';
import { numbers } from '../arbitraries';

/** What is right at each snapshot, as a string for each instance: '0110' is wrong, right, right, wrong. */
function eventsOf(histories: string[]) {
  return learningEvents(
    Array.from(histories[0], (_, s) => Uint8Array.from(histories, (history) => Number(history[s]))),
  );
}

describe('learning and forgetting', () => {
  it('happen where a prediction turns right, and wrong again', () => {
    assert.deepEqual(eventsOf(['0110010', '1111111', '0000000', '1000001']), [
      { learned: [1, 5], forgotten: [3, 6], wrong: 4, status: false },
      { learned: [0], forgotten: [], wrong: 0, status: true },
      { learned: [], forgotten: [], wrong: 7, status: false },
      { learned: [0, 6], forgotten: [1], wrong: 5, status: true },
    ]);
  });

  it('are found as pairs of digits in a history', () => {
    const cases = fc
      .record({ instances: fc.integer({ min: 1, max: 20 }), snapshots: fc.integer({ min: 1, max: 12 }) })
      .chain(({ instances, snapshots }) =>
        fc.array(
          numbers(snapshots, 2).map((digits) => digits.join('')),
          { minLength: instances, maxLength: instances },
        ),
      );
    fc.assert(
      fc.property(cases, (histories) => {
        const events = eventsOf(histories);
        const positions = (history: string, pair: string) =>
          Array.from(`0${history}`, (_, s) => s - 1).filter(
            (s) => `0${history}`.slice(s, s + 2) === pair && s >= 0,
          );
        histories.forEach((history, i) => {
          assert.deepEqual(events[i], {
            learned: positions(history, '01'),
            forgotten: positions(history, '10'),
            wrong: history.replaceAll('1', '').length,
            status: history.endsWith('1'),
          });
        });
        const summary = summariseLearning(events);
        assert.deepEqual(summary, {
          learned: histories.filter((history) => history.includes('1')).length,
          neverLearned: histories.filter((history) => !history.includes('1')).length,
          rightAtEnd: histories.filter((history) => history.endsWith('1')).length,
          forgottenOnce: histories.filter((history) => history.includes('10')).length,
          forgettingEvents: histories.reduce((sum, history) => sum + history.split('10').length - 1, 0),
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('are none without snapshots', () => {
    assert.deepEqual(learningEvents([]), []);
    assert.equal(summariseLearning([]).neverLearned, 0);
  });
});
