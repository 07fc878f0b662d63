// The information-gain partition of 60,000 MNIST images under the paper's network.
import { informationGainPartition } from '../../src/core/partition';
import { bench, goal, ms, printTimings, sideBySide, whole } from './harness';
import { DIGIT_CLASSES, openMnist, PAPER_MODEL, recordModel } from './mnist';

bench('Partition by information gain', async () => {
  const snapshot = await recordModel(PAPER_MODEL, await openMnist('train'));
  const levels = snapshot.levels.map(({ exact }) => exact!);
  const partition = () => informationGainPartition(levels, snapshot.predicted, DIGIT_CLASSES);
  const { clusters, sets } = partition();
  console.log(`  ${whole(clusters.count)} clusters, ${whole(sets.length)} sets in the tree`);
  const times = await sideBySide({ 'partition of 60,000': partition }, { rounds: 15 });
  printTimings(times);
  const { median } = times['partition of 60,000'];
  goal('partition of 60,000', ms(median), '≤ 300 ms', median <= 300);
});
