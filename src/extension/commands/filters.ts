import type { RunInfo } from '../../protocol/engine';
import type { Selection, ViewState } from '../../protocol/state';
import { UserError } from '../shared/failures';
import { revealPlace } from '../shared/revealPlace';
import type { Services } from '../shared/services';
import { activeSession } from './activeSession';
import type { CommandHandlers } from './registry';
import { showInputBox } from '../shared/messages';
import { pluralise, snapshotName } from '../../core/wording';

/** Commands about what is selected and filtered. */
export function lookCommands(services: Pick<Services, 'engine' | 'sessions'>) {
  return {
    'apd.filterToSelection': async () => {
      const { session, run } = activeSession(services);
      const { selection } = session.state;
      if (selection.kind === 'none') {
        throw new UserError('nothing is selected; click a block of the diagram, or an instance');
      }
      await session.filter(selection, filterTitle(selection, run, session.onScreen ?? session.state));
    },
    'apd.clearFilters': () => activeSession(services).session.change({ filters: [] }),
    'apd.findInstance': async (given?: number) => {
      const { session, run } = activeSession(services);
      const instance = given ?? (await askInstance('Find Instance', run.dataset.rows));
      const problem = instance === undefined ? undefined : await session.find(instance);
      if (problem !== undefined) throw new UserError(problem);
    },
    'apd.selectInstance': (target: { instance: number }) => {
      const { session } = activeSession(services);
      session.change({ selection: { kind: 'instances', instances: [target.instance] } });
    },
    'apd.selectPattern': ({ level, node }: { level: number; node: number }) => {
      activeSession(services).session.change({ level, selection: { kind: 'node', level, node } });
    },
    'apd.revealInDataset': async (target?: { instance: number }) => {
      const { session, run } = activeSession(services);
      const { selection } = session.state;
      const selected =
        selection.kind === 'instances' && selection.instances.length === 1
          ? selection.instances[0]
          : undefined;
      const instance =
        target?.instance ?? selected ?? (await askInstance('Reveal in Dataset', run.dataset.rows));
      if (instance === undefined) return;
      await revealPlace(
        await services.engine.request('instances/place', { folder: session.folder, instance }),
      );
    },
  } satisfies CommandHandlers;
}

/** What a filter to a selection is called. */
function filterTitle(
  selection: Exclude<Selection, { kind: 'none' }>,
  run: RunInfo,
  state: ViewState,
): string {
  const when = `at ${snapshotName(run.snapshots[state.snapshot])}`;
  switch (selection.kind) {
    case 'instances':
      return pluralise(selection.instances.length, 'instance');
    case 'node':
      return `pattern ${selection.node} of ${run.layers[selection.level].name} ${when}`;
    case 'blocks': {
      const { blocks, flows = [] } = selection;
      const parts = [
        ...(blocks.length > 0 ? [pluralise(blocks.length, 'block')] : []),
        ...(flows.length > 0 ? [pluralise(flows.length, 'ribbon')] : []),
      ];
      return `${parts.join(' and ')} ${when}`;
    }
  }
}

async function askInstance(title: string, rows: number): Promise<number | undefined> {
  const text = await showInputBox({
    title,
    prompt: `Number of the instance in the dataset, from 0 to ${rows - 1}`,
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) < rows
        ? undefined
        : `Expected a number from 0 to ${rows - 1}`,
  });
  return text === undefined ? undefined : Number(text);
}
