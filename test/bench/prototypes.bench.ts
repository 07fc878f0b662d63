// Fitting 64 prototypes: 60,000 instances of a dense layer, and 10,000 of a convolution.
import { fitPrototypes } from '../../src/core/prototypes/fit';
import { bench, goal, ms, printTimings, sideBySide, whole } from './harness';
import { openMnist, recordModel, testModel } from './mnist';

const PROTOTYPES = 64;

bench('64 prototypes of a level', async () => {
  for (const [model, part, limit] of [
    ['dense-008', 'train', 1000],
    ['cnn', 't10k', 5000],
  ] as const) {
    const snapshot = await recordModel(
      testModel(model),
      await openMnist(part),
      model === 'cnn' ? 512 : undefined,
    );
    const { layer, exact } = snapshot.levels[0];
    const { patterns, occurrences, of } = exact!;
    const title = `${whole(of.length)} × ${whole(layer.units)} units`;
    const times = await sideBySide(
      { [title]: () => fitPrototypes(patterns, occurrences, PROTOTYPES) },
      { warmUp: 1, rounds: 3 },
    );
    printTimings(times);
    const { median } = times[title];
    goal(`64 prototypes of ${title}`, ms(median), `≤ ${limit / 1000} s`, median <= limit);
  }
});
