// How much 48 prototypes a level tell of the labels, on the 10,000 MNIST test images.
import { nodeClasses } from '../../src/core/diagram';
import { measureClasses } from '../../src/core/measures/measures';
import { resolveLevel } from '../../src/core/patterns/resolution';
import { bench, goal, printTable } from './harness';
import { DIGIT_CLASSES, openMnist, recordModel, testModel } from './mnist';

const PROTOTYPES = 48;

/** Leave-one-out accuracies that are to be reached, and how far below is near enough. */
const wanted = { 'dense-008': [0.82, 0.95, 0.96], cnn: [0.8, 0.86, 0.94] };
const TOLERANCE = 0.03;

bench('Leave-one-out accuracy of 48 prototypes a level', async () => {
  const dataset = await openMnist('t10k');
  const labels = dataset.labels!.values;
  for (const [model, goals] of Object.entries(wanted)) {
    const snapshot = await recordModel(testModel(model), dataset, model === 'cnn' ? 512 : undefined);
    const measured: number[] = [];
    const rows = snapshot.levels.map((level, l) => {
      const { nodes, distance } = resolveLevel(level, PROTOTYPES);
      const { leaveOneOut, purity } = measureClasses(nodes, nodeClasses(nodes, labels, DIGIT_CLASSES));
      measured.push(leaveOneOut);
      const { units } = level.layer;
      return [
        `${l} ${level.layer.name}`,
        String(units),
        leaveOneOut.toFixed(3),
        goals[l].toFixed(2),
        purity.toFixed(3),
        `${distance.toFixed(1)} (${((100 * distance) / units).toFixed(1)} %)`,
      ];
    });
    console.log(`  ${model}`);
    printTable(['level', 'units', 'leave-one-out', 'reference', 'purity', 'mean distance'], rows);
    goal(
      `leave-one-out of 48 prototypes, ${model}`,
      measured.map((value) => value.toFixed(3)).join(' '),
      `≥ ${goals.map((value) => (value - TOLERANCE).toFixed(2)).join(' ')}`,
      measured.every((value, l) => value >= goals[l] - TOLERANCE),
    );
  }
});
