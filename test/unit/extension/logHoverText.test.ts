import assert from 'node:assert/strict';
import { hoverText, type HoverFacts } from '../../../src/extension/logs/hoverText';
import { literal } from '../../../src/extension/shared/plainText';

const facts: HoverFacts = {
  run: {
    name: 'digits',
    layers: ['relu_1', 'relu_2'].map((name) => ({ name, activation: 'relu', units: 32, shape: [32] })),
  },
  snapshot: { id: 'a', epoch: 7, step: 196, accuracy: 0.8564 },
  mark: {
    snapshot: 7,
    row: 6,
    fromRow: 6,
    line: 7,
    endLine: 7,
    fromLine: 7,
    epoch: 7,
    metrics: { lr: 1e-5, accuracy: 0.8076754385964913, loss: 0.6272626822454888 },
    reason: 'same epoch, 7',
    byHand: false,
  },
  patterns: [381, 1530],
  bitChange: [0.0324, undefined],
  best: 'highest accuracy of the snapshots, 86 %',
};
const link = {
  title: 'Show Diagram',
  command: 'apd.x',
  argument: { uri: { path: '/a b/c)d.log' }, lineNumber: 7 },
};
/** As Markdown shows it. */
const shown = (text: string) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');

describe('the hover over a row of a log', () => {
  it('tells of the snapshot, its levels, the metrics of the log and why they belong together', () => {
    assert.equal(
      shown(hoverText(facts, [])),
      [
        '**Epoch 7, step 196** · digits · accuracy 86 %',
        'Best: highest accuracy of the snapshots, 86 %',
        [
          '| level | patterns | bits changed |',
          '|:--|--:|--:|',
          '| relu_1 | 381 | 3.2 % |',
          '| relu_2 | 1,530 | – |',
        ].join('\n'),
        'Log, epoch 7: loss 0.6273 · accuracy 0.8077 · lr 1e-5',
        'Matched: same epoch, 7',
      ].join('\n\n'),
    );
  });

  it('says why bits are not compared, and what was set by hand', () => {
    const mark = { ...facts.mark, byHand: true, reason: 'line 7', metrics: {} };
    const text = shown(hoverText({ ...facts, mark, bitChange: { problem: 'a file is gone' } }, []));
    assert.match(text, /\| relu_1 \| 381 \| – \|/);
    assert.match(text, /\n\nBits changed: a file is gone\n\n/);
    assert.match(text, /\n\nSet by hand: line 7$/);
    assert.ok(!text.includes('Log,'));
  });

  it('leaves out metrics beyond the room there is, and says how many', () => {
    const metrics = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${i}`, i]));
    const text = hoverText({ ...facts, mark: { ...facts.mark, metrics } }, []);
    assert.match(text, /m15 15 · and 4 more/);
  });

  it('links commands with an argument that survives any path', () => {
    const text = hoverText(facts, [link]);
    const [, address] = /\[Show Diagram\]\(command:apd\.x\?([^)]*)\)$/.exec(text)!;
    assert.deepEqual(JSON.parse(decodeURIComponent(address)), [link.argument]);
  });

  it('lets names from files be text only', () => {
    const evil = 'a|b](command:evil)<img src=x>\n\n# *c* `d` $(e) http://f.g &amp; \\';
    const layers = [{ ...facts.run.layers[0], name: evil }];
    const text = hoverText({ ...facts, run: { name: evil, layers }, bitChange: [0.5], patterns: [1] }, []);
    const row = text.split('\n').find((line) => line.includes('50'))!;
    assert.equal(row, `| ${literal(evil)} | 1 | 50 % |`);
    const unescaped = literal(evil).replace(/\\[!-/:-@[-`{-~]/g, '');
    assert.match(unescaped, /^[\w ]*$/);
  });
});
