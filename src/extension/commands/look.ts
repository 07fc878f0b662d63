import * as vscode from 'vscode';
import type { BlockReference } from '../../protocol/state';
import { UserError } from '../failures';
import { revealPlace } from '../revealPlace';
import type { Services } from '../services';
import type { Session } from '../session';
import { counted, snapshotName } from '../wording';
import { activeSession } from './active';
import type { Handlers } from './registry';

/** Commands about what is selected and filtered. */
export function lookCommands(services: Services) {
  return {
    'apd.filterToSelection': async () => {
      const { session, run } = activeSession(services);
      const { selection } = session.state;
      const when = snapshotName(run.snapshots[session.state.snapshot]);
      if (selection.kind === 'instances') {
        session.addFilter(counted(selection.instances.length, 'instance'), selection.instances);
      } else if (selection.kind === 'blocks') {
        await session.filter(selection.blocks, `${counted(selection.blocks.length, 'block')} at ${when}`);
      } else {
        throw new UserError('nothing is selected; click a block of the diagram, or an instance');
      }
    },
    'apd.clearFilters': () => activeSession(services).session.change({ filters: [] }),
    'apd.findInstance': async (given?: number) => {
      const { session, run } = activeSession(services);
      const instance = given ?? (await askInstance('Find Instance', run.dataset.rows));
      if (instance !== undefined) selectInstance(session, instance);
    },
    'apd.selectInstance': (target: { instance: number }) => {
      selectInstance(activeSession(services).session, target.instance);
    },
    'apd.selectPattern': (target: { level: number; node: number }) => {
      const { session } = activeSession(services);
      const block = blockOf(session, target.level, target.node);
      session.change({
        level: target.level,
        ...(block && { selection: { kind: 'blocks' as const, blocks: [block] } }),
      });
      if (!block) {
        void vscode.window.setStatusBarMessage(
          'This pattern is merged with others in the diagram: raise the number of blocks to see it alone.',
          5000,
        );
      }
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
  } satisfies Handlers;
}

function selectInstance(session: Session, instance: number): void {
  session.change({ selection: { kind: 'instances', instances: [instance] } });
}

async function askInstance(title: string, rows: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: `Number of the instance in the dataset, from 0 to ${rows - 1}`,
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) < rows
        ? undefined
        : `Expected a number from 0 to ${rows - 1}`,
  });
  return text === undefined ? undefined : Number(text);
}

/** Block of the shown scene in which a pattern is alone. */
function blockOf(session: Session, level: number, node: number): BlockReference | undefined {
  const { drawing } = session;
  if (drawing?.kind !== 'flow') return undefined;
  const block = drawing.columns.find(({ source }) => source === level)?.node.indexOf(node) ?? -1;
  return block < 0 ? undefined : { column: level, block };
}
