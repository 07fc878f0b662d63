import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunInfo } from '../../../src/protocol/engine';
import type { LogCurves } from '../../../src/protocol/logs';
import { initialState, type PageState } from '../../../src/protocol/state';
import { metricMenu, toggledMetric } from '../../../webview/timeline/metricMenu';
import {
  chosenCurves,
  keptSlots,
  metricGroups,
  metricScale,
  metricTicks,
} from '../../../webview/timeline/metricScales';
import { bestCurve, metricLines, valueAt } from '../../../webview/timeline/metricValues';
import { stopLines } from '../../../webview/timeline/readout';
import { curve, timelineOf } from './timelineOf';
import { formatMetric } from '../../../src/core/wording';

const train = { name: 'loss', split: 'train' } as const;
const validation = { name: 'loss', split: 'validation' } as const;

describe('scales of metrics', () => {
  const loss = curve(
    'loss',
    [
      [0, 2.3],
      [1, 0.4],
    ],
    { meaning: train },
  );
  const valLoss = curve(
    'val_loss',
    [
      [0, 3.1],
      [1, 0.6],
    ],
    { meaning: validation },
  );
  const rate = curve('lr', [
    [0, 0.01],
    [1, 0],
  ]);

  it('are shared by what means the same', () => {
    const groups = metricGroups([loss, rate, valLoss], 'linear');
    assert.deepEqual(
      groups.map(({ name, curves }) => [name, ...curves.map((one) => one.name)]),
      [
        ['loss', 'loss', 'val_loss'],
        ['lr', 'lr'],
      ],
    );
    assert.deepEqual(groups[0].domain, [0, 4]);
  });

  it('of accuracies are that of the accuracy, as shares of 1 or of 100', () => {
    const accuracy = (values: number[]) =>
      metricGroups(
        [
          curve(
            'acc',
            values.map((value, i) => [i, value]),
            { meaning: { name: 'accuracy', split: 'train' } },
          ),
        ],
        'linear',
      )[0];
    assert.deepEqual([accuracy([0.2, 0.9]).domain, accuracy([0.2, 0.9]).asAccuracy], [[0, 1], true]);
    assert.deepEqual(accuracy([20, 90]).domain, [0, 100]);
    assert.equal(accuracy([-1, 0.5]).asAccuracy, false);
    assert.equal(metricGroups([loss], 'linear')[0].asAccuracy, false);
  });

  it('do not press flat what hardly changes, and have a height for what never does', () => {
    const domainOf = (...values: number[]) =>
      metricGroups(
        [
          curve(
            'm',
            values.map((value, i) => [i, value]),
          ),
        ],
        'linear',
      )[0].domain;
    assert.deepEqual(domainOf(10.1, 10.3), [10.1, 10.3]);
    assert.deepEqual(domainOf(4, 4), [2, 6]);
    assert.deepEqual(domainOf(-4), [-6, -2]);
    assert.deepEqual(domainOf(0), [0, 1]);
  });

  it('leave out what a logarithm has no place for, and count it', () => {
    const [losses, rates] = metricGroups([loss, rate], 'log');
    assert.deepEqual([losses.leftOut, rates.leftOut], [0, 1]);
    assert.deepEqual(losses.domain, [0.4, 2.3]);
    assert.deepEqual(rates.domain, [0.005, 0.02]);
    const nothing = metricGroups([curve('m', [[0, -1]])], 'log')[0];
    assert.deepEqual([nothing.leftOut, nothing.domain], [1, [1, 10]]);
    assert.equal(metricScale({ domain: [0.01, 1] }, 'log', 100, 0)(0.1), 50);
    assert.equal(metricScale({ domain: [0, 1] }, 'linear', 100, 0)(0.1), 90);
  });

  it('are written at round values, or at their ends', () => {
    assert.deepEqual(metricTicks({ domain: [0, 4] }, 'linear'), [0, 2, 4]);
    assert.deepEqual(metricTicks({ domain: [0.4, 2.3] }, 'log'), [0.4, 2.3]);
    assert.deepEqual(metricTicks({ domain: [0.02, 2.3] }, 'log'), [0.1, 1]);
    assert.deepEqual(metricTicks({ domain: [1e-4, 2] }, 'log').map(Math.log10), [-4, -2, 0]);
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 300 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (e, w) => {
          for (const scale of ['linear', 'log'] as const) {
            const domain: [number, number] = [10 ** (e / 10), 10 ** (e / 10 + w / 10)];
            const ticks = metricTicks({ domain }, scale);
            assert.ok(ticks.length >= 1 && ticks.length <= 4, ticks.join());
            const slack = (domain[1] - domain[0]) * 1e-6 + domain[1] * 1e-6;
            assert.ok(ticks.every((tick) => tick >= domain[0] - slack && tick <= domain[1] + slack));
          }
        },
      ),
      { seed: 5 },
    );
  });

  it('leave each curve its looks when others come and go', () => {
    const first = keptSlots(new Map(), ['a', 'b', 'c']);
    assert.deepEqual(
      [...first],
      [
        ['a', 0],
        ['b', 1],
        ['c', 2],
      ],
    );
    const fewer = keptSlots(first, ['c']);
    assert.deepEqual([...keptSlots(fewer, ['b', 'c', 'd'])].sort(), [
      ['b', 0],
      ['c', 2],
      ['d', 1],
    ]);
  });

  it('are of the curves that are chosen, in the order of the log', () => {
    const log: LogCurves = {
      version: '1',
      metrics: [loss, valLoss, rate],
      curves: [rate, loss, curve('none', [])],
    };
    const names = (chosen?: string[]) => chosenCurves(log, chosen).map(({ name }) => name);
    assert.deepEqual(names(), ['loss', 'lr']);
    assert.deepEqual(names(['lr', 'val_loss']), ['lr']);
    assert.deepEqual(names([]), []);
    assert.deepEqual(chosenCurves(undefined, undefined), []);
  });
});

describe('values of metrics', () => {
  const steps = curve(
    'loss',
    [
      [0.5, 5],
      [1, 4],
      [1.5, 3],
      [2, 2],
    ],
    { meaning: train, good: 'low', best: 3 },
  );
  const epochs = curve(
    'val_loss',
    [
      [1, 0.25],
      [3, 0.5],
    ],
    { meaning: validation, good: 'low', best: 0 },
  );

  it('are the last that the log wrote within an epoch up to there', () => {
    assert.deepEqual(
      [0, 0.5, 0.7, 1, 2, 2.9, 3, 9].map((e) => valueAt(steps, e)),
      [undefined, 0, 0, 1, 3, 3, undefined, undefined],
    );
    assert.deepEqual(
      [1, 1.5, 2, 3].map((e) => valueAt(epochs, e)),
      [0, 0, undefined, 1],
    );
    assert.equal(valueAt(epochs, 0.9999), 0, 'epochs are rounded');
  });

  it('say which is best, of held out data first, and only at its epoch', () => {
    assert.equal(bestCurve([steps, epochs]), epochs);
    assert.equal(bestCurve([steps]), steps);
    assert.equal(bestCurve([curve('m', [[1, 1]])]), undefined);
    assert.deepEqual(metricLines([steps, epochs], 1), ['loss: 4', 'best val_loss: 0.25']);
    assert.deepEqual(metricLines([epochs], 1.5), ['val_loss: 0.25']);
    assert.deepEqual(metricLines([epochs], 2), []);
  });

  it('are written in few digits', () => {
    const texts = [0, 0.123456, 12345.678, 1e-5, -2.5e-7, 3e9, 0.9].map(formatMetric);
    assert.deepEqual(texts, ['0', '0.1235', '12350', '1e-5', '-2.5e-7', '3e9', '0.9']);
  });

  it('are read out with what is known of the snapshot, or that there is none', () => {
    const run = { snapshots: [{ id: 'a', epoch: 1 }] } as RunInfo;
    const shown = { run, timeline: timelineOf([1]) };
    assert.deepEqual(stopLines(shown, { position: 1, epoch: 1, snapshot: 0 }, [epochs]), [
      'epoch 1',
      'accuracy 50 %',
      'relu_1: 1,234',
      'best val_loss: 0.25',
    ]);
    assert.deepEqual(stopLines(shown, { position: 3, epoch: 3 }, [epochs]), [
      'epoch 3',
      'no snapshot',
      'val_loss: 0.5',
    ]);
  });
});

describe('the choice of metrics', () => {
  const log: LogCurves = {
    version: '1',
    metrics: [
      { name: 'loss', meaning: train },
      { name: 'val_loss', meaning: validation },
      { name: 'epoch_time' },
    ],
    curves: [curve('loss', [[0, 1]])],
  };

  it('adds and takes out, in the order of the log, and keeps names of other logs', () => {
    assert.deepEqual(toggledMetric(['epoch_time'], 'loss', log.metrics), ['loss', 'epoch_time']);
    assert.deepEqual(toggledMetric(['loss', 'epoch_time'], 'loss', log.metrics), ['epoch_time']);
    assert.deepEqual(toggledMetric(['other', 'val_loss'], 'loss', log.metrics), [
      'loss',
      'val_loss',
      'other',
    ]);
  });

  it('is a menu by what metrics were measured on, which goes on from what was chosen last', () => {
    let state: PageState = { ...initialState, filters: [] };
    const menu = metricMenu(
      log,
      () => state,
      (change) => (state = { ...state, ...change }),
    );
    assert.deepEqual(
      menu.map(({ heading, items }) => [heading, ...items.map(({ text, checked }) => `${text} ${checked}`)]),
      [
        ['Training', 'loss true'],
        ['Validation', 'val_loss false'],
        ['Other metrics', 'epoch_time false'],
        [undefined, 'Log scale false', 'No metrics undefined'],
      ],
    );
    menu[1].items[0].choose();
    assert.deepEqual(state.metrics, ['loss', 'val_loss'], 'the usual ones, and another');
    menu[0].items[0].choose();
    assert.deepEqual(state.metrics, ['val_loss']);
    menu[3].items[0].choose();
    assert.equal(state.metricScale, 'log');
    menu[3].items[1].choose();
    assert.deepEqual(state.metrics, []);
  });
});
