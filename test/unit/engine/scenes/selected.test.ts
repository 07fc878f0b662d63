import assert from 'node:assert/strict';
import path from 'node:path';
import type { BlockReference, FlowReference, Selection, ViewState } from '../../../../src/protocol/state';
import { readReferenceApdf } from '../../../fixtures';
import {
  asFlow,
  engineHere,
  type EngineRequester,
  epochsTo,
  recordParams,
  stateOf,
  filterStep,
  unpacked,
} from '../../../helpers/engine';
import { temporaryFolder } from '../../../helpers/setup';

const INSTANCES = 1797;

describe('what is selected', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let client: EngineRequester;
  const run = () => path.join(folder(), 'digits');
  before(async () => {
    client = engineHere();
    await client.request('model/record', recordParams('digits', epochsTo(8), run()));
  });

  it('is a pattern that is merged into a block, in every view', async () => {
    const { layers } = readReferenceApdf('digits', 8);
    const counts = new Map<string, number>();
    for (const text of layers[1]) counts.set(text, (counts.get(text) ?? 0) + 1);
    const state = stateOf({ snapshot: 8, budget: 16, level: 1 });
    const scene = asFlow(await client.request('scene/draw', { folder: run(), state, height: 600 }));
    const { all, rows } = await client.request('level/patterns', {
      folder: run(),
      state,
      level: 1,
      count: 50,
    });
    assert.equal(all, counts.size);
    const { node, occurrences } = rows[30];
    assert.ok(!scene.columns[1].node.includes(node), 'it is merged');
    const selection = { kind: 'node', level: 1, node } as const;
    for (const view of ['flow', 'partition', 'time', 'patterns'] as const) {
      const request = { folder: run(), state: { ...state, view, selection }, selection };
      const instances = unpacked(await client.request('scene/instances', request));
      assert.equal(instances.length, occurrences);
      const texts = new Set(instances.map((i) => layers[1][i]));
      assert.equal(texts.size, 1, 'of one pattern');
      assert.equal(counts.get([...texts][0]), occurrences);
      const page = await client.request('instances/page', { ...request, from: 0, count: 99 });
      assert.deepEqual(
        page.rows.map(({ instance }) => instance),
        instances,
      );
      assert.ok(page.rows.every(({ nodes: own }) => own[1] === node));
      const details = await client.request('selection/details', request);
      assert.equal(details.title, `relu_4: pattern ${node}`);
      assert.equal(details.pattern && Array.from(details.pattern.pieces).join(''), [...texts][0]);
      const paths = await client.request('scene/paths', request);
      assert.equal(paths.instances, occurrences);
      if (view === 'flow') assert.equal(paths.blocks[1].filter((count) => count > 0).length, 1);
    }
    // A number that the level does not have selects nothing.
    const beyond = { ...selection, node: 9999 };
    const none = await client.request('selection/details', {
      folder: run(),
      state: { ...state, selection: beyond },
    });
    assert.match(none.facts[0][1], /^0 of/);
    assert.equal(none.pattern, undefined);
  });

  it('follows a pattern to the next snapshot', async () => {
    const [earlier, later] = [7, 8].map((snapshot) => readReferenceApdf('digits', snapshot).layers[1]);
    const follow = async (node: number, change: Partial<ViewState>) =>
      client.request('level/continuation', {
        folder: run(),
        before: stateOf({ snapshot: 7 }),
        state: stateOf({ snapshot: 8, ...change }),
        level: 1,
        node,
      });
    const instancesOf = async (snapshot: number, node: number) => {
      const selection = { kind: 'node', level: 1, node } as const;
      const state = stateOf({ snapshot });
      return unpacked(await client.request('scene/instances', { folder: run(), state, selection }));
    };
    for (const node of [0, 5, 40]) {
      const before = await instancesOf(7, node);
      const after = await instancesOf(8, (await follow(node, {})).node);
      assert.equal(new Set(before.map((i) => earlier[i])).size, 1);
      const shared = (text: string) => before.filter((i) => later[i] === text).length;
      assert.equal(shared(later[after[0]]), Math.max(...before.map((i) => shared(later[i]))));
    }
    const filters = [filterStep('others', (await instancesOf(7, 1)).slice(0, 3))];
    assert.deepEqual(await follow(0, { filters }), { node: -1 });
  });

  it('takes the instances of blocks and flows together', async () => {
    const state = stateOf({ snapshot: 8 });
    const instancesOf = async (blocks: BlockReference[], flows: FlowReference[]) => {
      const selection = { kind: 'blocks', blocks, flows } as const;
      return unpacked(await client.request('scene/instances', { folder: run(), state, selection }));
    };
    const block = { column: 1, block: 0 };
    const flows = [
      { gap: 0, flow: 3 },
      { gap: 1, flow: 7 },
    ];
    const parts = await Promise.all([
      instancesOf([block], []),
      instancesOf([], [flows[0]]),
      instancesOf([], [flows[1]]),
    ]);
    const union = [...new Set(parts.flat())].sort((a, b) => a - b);
    assert.deepEqual(await instancesOf([block], flows), union);
    assert.deepEqual(await instancesOf([], [{ gap: 9, flow: 0 }]), []);
    const selection: Selection = { kind: 'blocks', blocks: [], flows: [flows[0]] };
    const request = { folder: run(), state: { ...state, selection } };
    const { title, facts } = await client.request('selection/details', request);
    assert.match(title, /^\d from relu_2, .* to relu_4, /);
    assert.ok(facts[0][1].startsWith(`${parts[1].length} of`));
  });

  it('tells where an instance is that is looked for', async () => {
    const { label } = readReferenceApdf('digits', 8);
    const find = (instance: number, change: Partial<ViewState> = {}) =>
      client.request('instances/find', {
        folder: run(),
        state: stateOf({ snapshot: 8, ...change }),
        instance,
      });
    const rows = INSTANCES;
    assert.deepEqual(await find(3), { where: 'shown', rows, class: String(label[3]) });
    assert.deepEqual(await find(INSTANCES), { where: 'beyond', rows });
    assert.equal((await find(3, { hiddenClasses: [label[3]] })).where, 'hidden');
    assert.equal((await find(3, { filters: [filterStep('one', [4])] })).where, 'filtered');
    assert.equal((await find(4, { filters: [filterStep('one', [4])] })).where, 'shown');
  });
});
