import type { FoundInstance } from '../../protocol/engine';
import { colourInstances } from './colouring';
import type { CheckedState } from './shownSnapshot';
import type { OpenedRun, RunStore } from './runStore';

/** Whether an instance is among those that a state shows, and if not, what keeps it away. */
export async function findInstance(
  store: RunStore,
  opened: OpenedRun,
  { state, filter }: CheckedState,
  instance: number,
): Promise<FoundInstance> {
  const { run } = opened;
  const { rows } = run.manifest.dataset;
  const snapshot = await store.snapshot(opened, state.snapshot);
  const row = snapshot.instances.indexOf(instance);
  if (row < 0) return { where: instance >= 0 && instance < rows ? 'absent' : 'beyond', rows };
  const { classOf, classes } = colourInstances(run, snapshot, state.colour);
  const found = { rows, class: classes[classOf[row]].name };
  if (filter.instances && !filter.instances.has(instance)) return { ...found, where: 'filtered' };
  return { ...found, where: state.hiddenClasses.includes(classOf[row]) ? 'hidden' : 'shown' };
}
