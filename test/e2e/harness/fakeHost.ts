import { ByteCache } from '../../../src/engine/work/byteCache';
import { findInstance } from '../../../src/engine/analysis/findInstance';
import { InstanceSet } from '../../../src/engine/analysis/instanceSet';
import { checkState, showSnapshot } from '../../../src/engine/analysis/shownSnapshot';
import { RunStore, type OpenedRun } from '../../../src/engine/analysis/runStore';
import { pathsOf } from '../../../src/engine/scenes/instancePaths';
import { Scenes } from '../../../src/engine/scenes/scenes';
import { selectedRows } from '../../../src/engine/scenes/selectedRows';
import { runInfo, timelineOf } from '../../../src/engine/analysis/runTimeline';
import { notFound } from '../../../src/extension/session/notFound';
import { askedChange, pageState } from '../../../src/extension/session/viewChange';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';
import type { Scene } from '../../../src/protocol/scene';
import { initialState, type Selection, type ViewState } from '../../../src/protocol/state';

const selectionOnly = new Set(['selection']);

/** Answers a page as the extension does, with the real engine's scenes, without VS Code. */
export class FakeHost {
  state: ViewState = initialState;
  /** Every message that the page sent. */
  readonly received: FromPanel[] = [];
  private sceneNumber = 0;
  private scene?: Scene;
  private shownState?: ViewState;
  private opened?: OpenedRun;
  private height = 600;
  private readonly cache = new ByteCache();
  private readonly store = new RunStore(this.cache);
  private readonly scenes = new Scenes(this.store);

  /** @param folder of a run; without one the page has nothing to show */
  constructor(
    private readonly folder: string | undefined,
    private readonly send: (message: ToPanel) => Promise<void>,
    state: Partial<ViewState> = {},
  ) {
    this.state = { ...initialState, ...state };
  }

  async receive(message: FromPanel): Promise<void> {
    this.received.push(message);
    switch (message.type) {
      case 'ready':
        this.height = message.height;
        await this.showAll();
        break;
      case 'change':
        await this.change(askedChange(this.state, message.change));
        break;
      case 'filter': {
        const { blocks, flows } = message;
        const { model, rows } = await this.rowsOf({ kind: 'blocks', blocks, flows });
        const { text: instances } = InstanceSet.of(rows.map((row) => model.instances[row]));
        const filters = [...this.state.filters, { title: message.title, count: rows.length, instances }];
        await this.change({ filters, selection: { kind: 'none' } });
        break;
      }
      case 'paths': {
        if (message.sceneNumber !== this.sceneNumber) break;
        const flows = message.flow ? [message.flow] : [];
        const { model, rows } = await this.rowsOf({ kind: 'blocks', blocks: message.blocks, flows });
        const paths = await pathsOf(this.cache, model, rows);
        await this.send({ type: 'paths', request: message.request, sceneNumber: this.sceneNumber, paths });
        break;
      }
      case 'findInstance':
        await this.find(message.instance);
        break;
      case 'failed':
        throw new Error(message.message);
      case 'command':
      case 'resized':
        break;
    }
  }

  private async change(change: Partial<ViewState>): Promise<void> {
    this.state = { ...this.state, ...change };
    if (Object.keys(change).every((field) => selectionOnly.has(field))) {
      await this.send({ type: 'state', state: pageState(this.state) });
    } else {
      await this.showAll();
    }
    await this.sendSelected();
  }

  private async showAll(): Promise<void> {
    const sceneNumber = ++this.sceneNumber;
    if (!this.folder) {
      await this.send({ type: 'show', sceneNumber, state: pageState(this.state) });
      return;
    }
    const { folder, state, height } = this;
    this.opened = await this.store.open(folder);
    this.scene = await this.scenes.draw({ folder, state, shown: this.shownState, height }, {});
    this.shownState = state;
    const timeline = await timelineOf(this.store, this.opened, {});
    await this.send({
      type: 'show',
      sceneNumber,
      state: pageState(state),
      run: await runInfo(this.store, this.opened),
      timeline,
      scene: this.scene,
    });
  }

  private async sendSelected(): Promise<void> {
    const { selection } = this.state;
    if (!this.folder || selection.kind === 'none') {
      await this.send({ type: 'selected', sceneNumber: this.sceneNumber });
      return;
    }
    const { model, rows } = await this.rowsOf(selection);
    await this.send({
      type: 'selected',
      sceneNumber: this.sceneNumber,
      paths: await pathsOf(this.cache, model, rows),
    });
  }

  private async find(instance: number): Promise<void> {
    const opened = this.opened!;
    const found = await findInstance(this.store, opened, checkState(opened, this.state), instance);
    const problem = found.where === 'shown' ? undefined : notFound(instance, found);
    if (!problem) await this.change({ selection: { kind: 'instances', instances: [instance] } });
    await this.send({ type: 'found', instance, problem });
  }

  private async rowsOf(selection: Selection) {
    const model = await this.scenes.modelOf(this.folder!, this.state, this.height, {});
    const opened = this.opened!;
    const look = () => showSnapshot(this.store, opened, checkState(opened, this.state), {});
    return { model, rows: await selectedRows(this.cache, model, selection, look) };
  }
}
