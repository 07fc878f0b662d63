// Runs inside the extension host, in place of tests: opens, steps, selects, filters and exports, and tells through the
// console when each began and for how long the host was blocked. What a user gets of the extension has no part in this.
import { rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../src/extension/extension';
import type { Session } from '../../src/extension/session/session';
import type { BlockReference } from '../../src/protocol/state';
import { LoopWatch } from './loopWatch';
import { MARK, type WindowCase, type WindowNote, type WindowOrder } from './windowNotes';

/** Longer than what any command here takes. */
const PATIENCE = 60_000;
/** An engine that is not started for this long is not needed by anything that goes on. */
const ENGINE_STAYS_AWAY = 2_500;
/** For what comes after a command: trees, thumbnails, what is remembered. */
const REST = 700;

function tell(note: WindowNote): void {
  console.log(MARK + JSON.stringify(note));
}

/** Called by VS Code. */
export async function run(): Promise<void> {
  const order = JSON.parse(process.env.APD_BENCH ?? 'null') as WindowOrder;
  const extension = vscode.extensions.getExtension<ExtensionApi>('apd.activation-pattern-diagrams');
  const api = await extension!.activate();
  // The window is busy for a while after its start, which no click of a user falls into.
  await sleep(2000);
  try {
    if (order.kind === 'click') {
      await click(api, order.case);
      // The engine, which was started with the window, is gone after it.
      await click(api, order.case);
    } else {
      await work(api, order.case, order.out);
    }
  } catch (error) {
    tell({
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

/** Opens the diagram as the menu does when the data of the model is remembered. */
function open({ models, data, labels, scaling }: WindowCase): Thenable<unknown> {
  const uris = models.map((model) => vscode.Uri.file(model));
  const dataset = { data: [data], labels: [labels], ...scaling };
  return vscode.commands.executeCommand('apd.openModel', uris[0], uris, { dataset });
}

async function click({ services }: ExtensionApi, one: WindowCase): Promise<void> {
  tell({ kind: 'command', engine: services.engine.pid !== undefined, at: Date.now() });
  await open(one);
  const session = services.sessions.active!;
  await session.settled();
  await sleep(3000);
  // The next click finds neither run nor engine.
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await rm(session.folder, { recursive: true });
  await endEngine(services.engine);
}

/**
 * Ends the engine. What follows the files of the run, as its log, starts it again a moment later: then it is ended once
 * more. After a second end so soon nobody starts it unasked.
 */
async function endEngine(engine: ExtensionApi['services']['engine']): Promise<void> {
  const latest = Date.now() + PATIENCE;
  for (let since = Date.now(); Date.now() - since < ENGINE_STAYS_AWAY; await sleep(20)) {
    if (engine.pid === undefined) continue;
    if (Date.now() > latest) throw new Error('the engine is started again and again');
    process.kill(engine.pid, 'SIGKILL');
    while (engine.pid !== undefined) await sleep(20);
    since = Date.now();
  }
}

async function work({ services }: ExtensionApi, one: WindowCase, out: string): Promise<void> {
  const watch = new LoopWatch();
  const during = async (doing: string, body: () => Promise<unknown>) => {
    watch.take();
    const start = performance.now();
    await body();
    const took = performance.now() - start;
    await sleep(REST);
    tell({ kind: 'block', doing, block: watch.take(), took });
  };
  const active = () => services.sessions.active!;
  const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
  const drawn = async (change: () => unknown) => {
    await change();
    await active().settled();
    if (active().error !== undefined) throw new Error(active().error);
  };

  await during('nothing, for comparison', () => sleep(3000));
  await run('apd.instances.focus');
  await during('starting the engine', () => services.engine.request('engine/info', {}));
  await during('opening and recording', async () => {
    await open(one);
    await active().settled();
  });
  for (const step of ['first', 'next', 'next', 'last', 'previous', 'last']) {
    await during('stepping', () => drawn(() => run(`apd.${step}Snapshot`)));
  }
  await during('selecting', () => drawn(() => active().change(selected(halfOf(active())))));
  await during('filtering', () => drawn(() => run('apd.filterToSelection')));
  await during('filtering', () => drawn(() => run('apd.clearFilters')));
  for (const view of ['partition', 'time', 'patterns', 'flow']) {
    await during('switching views', () => drawn(() => run('apd.switchView', view)));
  }
  active().change(selected(allButOne(active())));
  await during('filtering', () => drawn(() => run('apd.filterToSelection')));
  for (const step of ['first', 'last']) {
    await during('stepping while filtered', () => drawn(() => run(`apd.${step}Snapshot`)));
  }
  await during('selecting while filtered', () => drawn(() => active().change(selected(halfOf(active())))));
  await during('filtering', () => drawn(() => run('apd.clearFilters')));
  await during('finding an instance', () => drawn(() => run('apd.findInstance', 42)));
  await during('exporting', () => exportAll(services, active(), out));
  watch.stop();
}

function selected(blocks: BlockReference[]) {
  return { selection: { kind: 'blocks' as const, blocks } };
}

/** The largest blocks of the first level. */
function halfOf(session: Session): BlockReference[] {
  return blocksOf(session).slice(0, 8);
}

/** All blocks of the first level but the smallest. */
function allButOne(session: Session): BlockReference[] {
  return blocksOf(session).slice(0, -1);
}

function blocksOf({ scene }: Session): BlockReference[] {
  if (scene?.kind !== 'flow') throw new Error('no flow view is shown');
  const { source, instances } = scene.columns[0];
  return [...instances.keys()]
    .sort((a, b) => instances[b] - instances[a])
    .map((block) => ({ column: source, block }));
}

async function exportAll(
  { engine }: ExtensionApi['services'],
  { folder, state }: Session,
  out: string,
): Promise<void> {
  const picture = `${out}.svg`;
  // Not awaited: when the file is there the command asks whether to open it, and nobody answers.
  void vscode.commands.executeCommand('apd.exportPicture', vscode.Uri.file(picture));
  const end = Date.now() + PATIENCE;
  while (!(await stat(picture).catch(() => undefined))) {
    if (Date.now() > end) throw new Error('no picture was written');
    await sleep(20);
  }
  // The command asks for format and file, and then does no more than this.
  for (const what of ['apdf', 'clusters', 'nodes', 'instances'] as const) {
    await engine.request('export/data', { folder, state, what, format: 'csv', file: `${out}-${what}.csv` });
  }
}
