import assert from 'node:assert/strict';
import {
  readDetailsMessage,
  readLogTableMessage,
  readPanelMessage,
} from '../../../src/extension/panel/pageMessages';
import { panelCommands } from '../../../src/protocol/panel';
import { initialState } from '../../../src/protocol/state';

const block = { column: 0, block: 3 };

describe('messages of pages', () => {
  it('are read as the pages send them', () => {
    const messages = [
      { type: 'ready', width: 800.5, height: 600 },
      { type: 'resized', width: 0, height: 0 },
      {
        type: 'change',
        number: 1,
        change: { ...initialState, colour: 'label', metrics: ['loss'] },
        run: 'v',
      },
      { type: 'change', number: 2, change: { colour: undefined, levelResolutions: { 2: 64, 0: 'exact' } } },
      { type: 'change', number: 3, change: { selection: { kind: 'blocks', blocks: [block] } } },
      { type: 'change', number: 4, change: { filters: [{ title: '3 blocks', count: 12 }] } },
      { type: 'filter', blocks: [block], flows: [{ gap: 0, flow: 2 }], title: 'a block' },
      { type: 'paths', request: 1, sceneNumber: 2, blocks: [], flow: undefined },
      { type: 'findInstance', instance: 7 },
      { type: 'failed', message: 'x is undefined' },
      ...panelCommands.map((command) => ({ type: 'command', command })),
    ];
    for (const message of messages) assert.equal(readPanelMessage(message), message, JSON.stringify(message));
    assert.ok(readDetailsMessage({ type: 'command', command: 'apd.openRun' }));
    assert.ok(readLogTableMessage({ type: 'rows', from: 0, count: 100 }));
    assert.ok(readLogTableMessage({ type: 'open', line: 1 }));
  });

  it('run no command but those of their buttons', () => {
    for (const command of [
      'workbench.action.terminal.new',
      'apd.train',
      'apd.installNativeBackend',
      '__proto__',
      1,
    ]) {
      const message = { type: 'command', command };
      assert.equal(readPanelMessage(message), undefined);
      assert.equal(readDetailsMessage(message), undefined);
      assert.equal(readLogTableMessage(message), undefined);
    }
    const withArguments = { type: 'command', command: 'apd.openRun', arguments: ['/elsewhere'] };
    assert.equal(readPanelMessage(withArguments), undefined);
    assert.equal(readDetailsMessage(withArguments), undefined);
  });

  it('of other shapes are not listened to', () => {
    const messages = [
      undefined,
      null,
      'ready',
      [],
      {},
      { type: 'toString' },
      { type: '__proto__' },
      { type: 'ready', width: NaN, height: 1 },
      { type: 'change', number: 1, change: null },
      { type: 'change', number: 1, change: { snapshot: -1 } },
      { type: 'change', number: 1, change: { view: 'x' } },
      { type: 'change', number: 1, change: { unknown: 1 } },
      { type: 'change', number: 1, change: { levelResolutions: { x: 1 } } },
      { type: 'change', number: 1, change: { selection: { kind: 'constructor' } } },
      { type: 'change', number: 1, change: { selection: { kind: 'instances', instances: ['1'] } } },
      { type: 'filter', blocks: [{ column: 0 }], title: '' },
      { type: 'filter', blocks: [block], title: 'x'.repeat(20_000) },
      { type: 'findInstance', instance: 1.5 },
    ];
    for (const message of messages) {
      assert.equal(readPanelMessage(message), undefined, JSON.stringify(message));
    }
    assert.equal(readLogTableMessage({ type: 'open', line: 0 }), undefined);
    assert.equal(readLogTableMessage({ type: 'cursor', row: '1' }), undefined);
  });
});
