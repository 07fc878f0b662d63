import { ByteCache } from '../../../src/engine/byteCache';
import { RunStore, type OpenedRun } from '../../../src/engine/runStore';
import { pathsOf, rowsOfBlocks, rowsOfFlow, rowsOfInstances } from '../../../src/engine/scenes/paths';
import { Scenes } from '../../../src/engine/scenes/scenes';
import { runInfo, timelineOf } from '../../../src/engine/timeline';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';
import type { Scene } from '../../../src/protocol/scene';
import { initialState, type ViewState } from '../../../src/protocol/state';

const SELECTION_ONLY = new Set(['selection']);

/** Answers a page as the extension does, with the real engine's scenes, without VS Code. */
export class FakeHost {
  state: ViewState = initialState;
  /** Every message that the page sent. */
  readonly received: FromPanel[] = [];
  private scene = 0;
  private drawing?: Scene;
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
        await this.change(message.change);
        break;
      case 'filter': {
        const model = await this.model();
        const rows = rowsOfBlocks(model, message.blocks);
        const instances = Array.from(rows, (row) => model.instances[row]);
        const filters = [...this.state.filters, { title: message.title, instances }];
        await this.change({ filters, selection: { kind: 'none' } });
        break;
      }
      case 'paths': {
        if (message.scene !== this.scene) break;
        const model = await this.model();
        const rows = message.flow
          ? await rowsOfFlow(this.cache, model, message.flow)
          : rowsOfBlocks(model, message.blocks);
        const paths = await pathsOf(this.cache, model, rows);
        await this.send({ type: 'paths', request: message.request, scene: this.scene, paths });
        break;
      }
      case 'findInstance':
        await this.change({ selection: { kind: 'instances', instances: [message.instance] } });
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
    if (Object.keys(change).every((field) => SELECTION_ONLY.has(field))) {
      await this.send({ type: 'state', state: this.state });
    } else {
      await this.showAll();
    }
    await this.sendSelected();
  }

  private async showAll(): Promise<void> {
    const scene = ++this.scene;
    if (!this.folder) {
      await this.send({ type: 'show', scene, state: this.state });
      return;
    }
    const { folder, state, height } = this;
    this.opened = await this.store.open(folder);
    this.drawing = await this.scenes.draw({ folder, state, shown: this.shownState, height }, {});
    this.shownState = state;
    const timeline = await timelineOf(this.store, this.opened, {});
    await this.send({
      type: 'show',
      scene,
      state,
      run: await runInfo(this.store, this.opened),
      timeline,
      drawing: this.drawing,
    });
  }

  private async sendSelected(): Promise<void> {
    const { selection } = this.state;
    if (!this.folder || selection.kind === 'none') {
      await this.send({ type: 'selected', scene: this.scene });
      return;
    }
    const model = await this.model();
    const rows =
      selection.kind === 'blocks'
        ? rowsOfBlocks(model, selection.blocks)
        : rowsOfInstances(model, selection.instances);
    await this.send({
      type: 'selected',
      scene: this.scene,
      paths: await pathsOf(this.cache, model, rows),
    });
  }

  private model() {
    return this.scenes.modelOf(this.folder!, this.state, this.height, {});
  }
}
