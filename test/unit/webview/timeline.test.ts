import assert from 'node:assert/strict';
import fc from 'fast-check';
import { levelNames, metricNames, nameWidth, SAMPLE } from '../../../webview/timeline/curveNames';
import { epochAxis, namedEpochs, nearestStop } from '../../../webview/timeline/epochAxis';
import { timelineHeight, timelineLayout } from '../../../webview/timeline/timelineLayout';
import { curve, timelineOf } from './timelineOf';

describe('the axis of the timeline', () => {
  it('spans snapshots and log, and tells which epochs have a snapshot', () => {
    const log = [
      curve(
        'loss',
        [1, 2, 3, 4].map((e) => [e, e]),
      ),
    ];
    const { ends, stops, placeOf } = epochAxis(timelineOf([0, 2]), log);
    assert.deepEqual(ends, [0, 4]);
    assert.deepEqual(
      stops.map(({ epoch, snapshot }) => [epoch, snapshot]),
      [
        [0, 0],
        [1, undefined],
        [2, 1],
        [3, undefined],
        [4, undefined],
      ],
    );
    assert.equal(placeOf(3.5), 3.5);
  });

  it('has a width with a single snapshot, or with none of either', () => {
    assert.deepEqual(epochAxis(timelineOf([5]), []).ends, [4.5, 5.5]);
    assert.deepEqual(epochAxis(timelineOf([]), []).ends, [-0.5, 0.5]);
    assert.deepEqual(epochAxis(timelineOf([5]), [curve('loss', [[1, 1]])]).ends, [1, 5]);
  });

  it('takes epochs that were rounded for the same', () => {
    const { stops } = epochAxis(timelineOf([0.3333]), [curve('loss', [[1 / 3, 1]])]);
    assert.equal(stops.length, 1);
  });

  it('puts epochs between snapshots that stand one after another', () => {
    const { placeOf, ends } = epochAxis(timelineOf([0, 1, 1, 3]), [curve('loss', [[4, 1]])]);
    // Snapshots stand at 0, 1, 2, 3; the end of epoch 1 is the second of its snapshots.
    assert.deepEqual([0, 1, 2, 3, 4].map(placeOf), [0, 2, 2.5, 3, 3.5]);
    assert.deepEqual(ends, [0, 3.5]);
    const again = epochAxis(timelineOf([2, 2]), []).placeOf;
    assert.deepEqual([again(2), again(3)], [1, 2]);
  });

  it('finds the nearest stop, a snapshot first where it is near', () => {
    const stops = [
      { position: 0, epoch: 0, snapshot: 0 },
      { position: 0.1, epoch: 0.1 },
      { position: 5, epoch: 5 },
      { position: 9, epoch: 9, snapshot: 1 },
    ];
    const at = (place: number, reach = 0) => nearestStop(stops, place, reach)?.epoch;
    assert.deepEqual([at(-9), at(0.09), at(0.09, 0.2), at(4), at(7.1), at(99)], [0, 0.1, 0, 5, 9, 9]);
    assert.equal(nearestStop([], 1, 1), undefined);
  });

  it('finds the same stop as a look at all of them', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(positions, fc.double({ min: -10, max: 210, noNaN: true }), (all, place) => {
        const stops = all.sort((a, b) => a - b).map((position) => ({ position, epoch: position }));
        const nearest = Math.min(...all.map((position) => Math.abs(position - place)));
        assert.equal(Math.abs(nearestStop(stops, place, 0)!.position - place), nearest);
      }),
      { seed: 5 },
    );
  });

  it('names epochs of the log beyond the snapshots', () => {
    const axis = epochAxis(timelineOf([0, 1]), [curve('loss', [[40, 1]])]);
    const epochs = namedEpochs(axis, [0, 1], 5).map(({ epoch }) => epoch);
    assert.deepEqual(epochs, [0, 1, 10, 20, 30, 40]);
    const alone = epochAxis(timelineOf([0, 100]), []);
    assert.deepEqual(
      namedEpochs(alone, [0, 100], 5).map(({ epoch }) => epoch),
      [0, 100],
    );
  });
});

describe('names of curves', () => {
  const names = ['train_loss', 'val_loss', 'lr', 'gradient_norm_of_all_the_layers'];
  const endOf = (x: number, text: string) => x + SAMPLE + nameWidth(text, 1.1);

  it('of metrics are whole where there is room, then the long ones are shortened, then the last left out', () => {
    assert.deepEqual(
      metricNames(names, [0, 800], 1.1).placed.map(({ text }) => text),
      names,
    );
    const short = metricNames(names, [0, 320], 1.1);
    assert.deepEqual(
      short.placed.slice(0, 3).map(({ text }) => text),
      names.slice(0, 3),
    );
    assert.match(short.placed[3].text, /^grad.*…$/);
    const few = metricNames(names, [0, 200], 1.1);
    assert.deepEqual(few.placed.length, 2);
    assert.equal(few.more?.text, '+2');
    assert.deepEqual(metricNames(names, [0, 40], 1.1), { placed: [] });
    assert.deepEqual(metricNames([], [0, 400], 1.1), { placed: [] });
  });

  it('never overlap nor go beyond their row, whatever the names and the room', () => {
    const some = fc.array(fc.string({ minLength: 1, maxLength: 50 }), { maxLength: 12 });
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 900 }), (all, room) => {
        const { placed, more } = metricNames(all, [28, 28 + room], 1.1);
        let end = 28;
        for (const { x, text } of placed) {
          assert.ok(x >= end, `${x} after ${end}`);
          end = endOf(x, text);
        }
        if (more) {
          assert.ok(more.x >= end);
          end = more.x + nameWidth(more.text, 1.1);
        }
        if (placed.length > 0) assert.ok(end <= 28 + room + 0.01, `${end} of ${28 + room}`);
      }),
      { seed: 5 },
    );
  });

  it('of levels are all, or the chosen one and the ends, or the chosen one', () => {
    const levels = Array.from({ length: 6 }, (_, i) => `level_${i}`);
    const shown = (room: number) => levelNames(levels, 2, [0, room], 1).map(({ curve: level }) => level);
    assert.deepEqual(
      [shown(900), shown(260), shown(70), shown(30)],
      [[0, 1, 2, 3, 4, 5], [0, 2, 5], [2], []],
    );
  });
});

describe('places in the timeline', () => {
  const content = { width: 900, hasLog: true, hasMetrics: true, accuracyAxis: true, metricAxis: true };

  it('leave room for both axes on the right, and in narrow panels for one', () => {
    const wide = timelineLayout(content);
    assert.ok(wide.accuracyAxis! > wide.right && wide.metricAxis! > wide.accuracyAxis! + 30);
    assert.ok(wide.metricAxis! + 40 <= 900);
    const narrow = timelineLayout({ ...content, width: 300 });
    assert.equal(narrow.metricAxis, undefined);
    assert.ok(narrow.right - narrow.left > 180);
    const alone = timelineLayout({ ...content, width: 300, accuracyAxis: false });
    assert.equal(alone.accuracyAxis, undefined);
    assert.ok(alone.metricAxis! > alone.right);
  });

  it('have a row more, and the same curves, when metrics are shown', () => {
    const [plain, metrics] = [false, true].map((hasMetrics) => timelineLayout({ ...content, hasMetrics }));
    assert.equal(metrics.bottom - metrics.top, plain.bottom - plain.top);
    assert.ok(metrics.height > plain.height);
    assert.deepEqual([plain.height, metrics.height], [timelineHeight(false), timelineHeight(true)]);
    assert.ok(metrics.grip > metrics.secondRow && metrics.top > metrics.grip + 10);
  });
});
