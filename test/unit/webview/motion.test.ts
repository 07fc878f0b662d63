import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layoutScene } from '../../../webview/diagram/layoutScene';
import { newColumn } from '../../../src/engine/scenes/continuity';
import type { ColumnContinuity, PatternsScene } from '../../../src/protocol/scene';
import { becameText } from '../../../webview/diagram/motion/followedBlocks';
import { motionBetween, sceneAt } from '../../../webview/diagram/motion/sceneMotion';
import { followedPlace } from '../../../webview/diagram/motion/blockPlaces';
import { outputLabels } from '../../../webview/diagram/painting/placeLabels';
import { assignments, flowSceneOf, type Assignment } from './sceneOf';

function motionOf(before: Assignment, after: Assignment) {
  const earlier = flowSceneOf(before);
  const scene = flowSceneOf(after, earlier, before);
  const old = layoutScene(earlier, 700, 420, 1);
  const target = layoutScene(scene, 700, 420, 1);
  return { old, scene, target, motion: motionBetween({ scene: earlier, drawn: old }, scene, target)! };
}

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

const pairs = assignments.chain((before) =>
  fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 7 }).map((names) => ({
    before,
    // The same instances in other blocks, as the next snapshot has them.
    after: {
      classes: before.classes,
      blocks: before.blocks.map((of) => of.map((block, i) => (names[i % names.length] + block) % 6)),
    },
  })),
);

describe('webview motion between snapshots', () => {
  it('starts continued blocks where they were and ends at the new layout', () => {
    fc.assert(
      fc.property(pairs, ({ before, after }) => {
        const { old, scene, target, motion } = motionOf(before, after);
        const start = sceneAt(motion, 0);
        const end = sceneAt(motion, 1);
        target.columns.forEach((column, c) => {
          for (const box of column.boxes) {
            const from = start.columns[c].byBlock[box.block];
            const to = end.columns[c].byBlock[box.block];
            near(to.y, box.y);
            near(to.height, box.height);
            assert.equal(to.opacity, 1);
            const earlier = scene.columns[c].continues[box.block];
            if (earlier < 0) {
              assert.equal(from.opacity, 0);
              near(from.y, box.y);
            } else {
              const parent = old.columns[c].byBlock[earlier];
              assert.ok(from.y >= parent.y - 1e-6);
              assert.ok(from.y + from.height <= parent.y + parent.height + 1e-6);
              assert.equal(from.opacity, 1);
            }
          }
        });
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('fills a block exactly with the parts that split from it', () => {
    const { motion, old } = motionOf(
      {
        blocks: [
          [0, 0, 0, 0, 1],
          [0, 0, 0, 0, 0],
        ],
        classes: [0, 0, 1, 1, 1],
      },
      {
        blocks: [
          [1, 1, 2, 2, 0],
          [0, 0, 0, 0, 0],
        ],
        classes: [0, 0, 1, 1, 1],
      },
    );
    const start = sceneAt(motion, 0);
    const parts = [1, 2].map((block) => start.columns[0].byBlock[block]);
    const parent = old.columns[0].byBlock[0];
    near(parts[0].y, parent.y);
    near(parts[0].y + parts[0].height, parts[1].y);
    near(parts[1].y + parts[1].height, parent.y + parent.height);
  });

  it('keeps ribbons on their blocks all the way', () => {
    fc.assert(
      fc.property(pairs, fc.double({ min: 0, max: 1, noNaN: true }), ({ before, after }, share) => {
        const scene = sceneAt(motionOf(before, after).motion, share);
        scene.gaps.forEach((gap, g) => {
          for (const ribbon of gap) {
            const from = scene.columns[g].byBlock[ribbon.source];
            const to = scene.columns[g + 1].byBlock[ribbon.target];
            assert.ok(ribbon.y0 >= from.y - 1e-6);
            assert.ok(ribbon.y0 + ribbon.thickness0 <= from.y + from.height + 1e-6);
            assert.ok(ribbon.y1 >= to.y - 1e-6);
            assert.ok(ribbon.y1 + ribbon.thickness1 <= to.y + to.height + 1e-6);
          }
        });
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('fades out what nothing continues and does not offer it by block', () => {
    const { motion } = motionOf(
      {
        blocks: [
          [0, 1, 2],
          [0, 0, 0],
        ],
        classes: [0, 1, 2],
      },
      {
        blocks: [
          [0, 0, 0],
          [0, 0, 0],
        ],
        classes: [0, 1, 2],
      },
    );
    const half = sceneAt(motion, 0.5);
    const fading = half.columns[0].boxes.filter((box) => half.columns[0].byBlock[box.block] !== box);
    assert.ok(fading.length >= 2);
    assert.ok(fading.every((box) => box.opacity === 0.5));
    assert.equal(half.columns[0].byBlock.length, 1);
  });

  it('moves what was merged into its heir, and leaves what is gone where it was', () => {
    const before: Assignment = {
      blocks: [
        [0, 1, 2],
        [0, 0, 0],
      ],
      classes: [0, 1, 2],
    };
    const earlier = flowSceneOf(before);
    const scene = flowSceneOf({ ...before, blocks: [[0, 0, 1], before.blocks[1]] }, earlier, before);
    // Block 1 goes into block 0; of block 2 nothing is left.
    scene.columns[0].continues = Int32Array.from([0, -1]);
    scene.columns[0].change = Uint8Array.from([0, 2]);
    scene.columns[0].mergedInto = Int32Array.from([-1, 0, -1]);
    const old = layoutScene(earlier, 700, 420, 1);
    const target = layoutScene(scene, 700, 420, 1);
    const motion = motionBetween({ scene: earlier, drawn: old }, scene, target)!;
    const at = (share: number) => {
      const [column] = sceneAt(motion, share).columns;
      return column.boxes.filter((box) => column.byBlock[box.block] !== box);
    };
    const [merged, gone] = [1, 2].map((block) => old.columns[0].byBlock[block]);
    assert.deepEqual(
      at(0).map((box) => [box.block, box.y, box.height, box.opacity]),
      [merged, gone].map((box) => [box.block, box.y, box.height, 1]),
    );
    const heir = target.columns[0].byBlock[0];
    const [last, stayed] = at(1);
    near(last.y, heir.y + heir.height / 2);
    near(last.height, 0);
    near(stayed.y, gone.y);
    near(stayed.height, gone.height);
    assert.equal(last.opacity + stayed.opacity, 0);
  });

  it('moves the sets of a partition and the rows of patterns, of the same level only', () => {
    const classes = [{ name: 'a', colour: 0, instances: 30, hidden: false }];
    const patterns = (node: number[], continuity: ColumnContinuity): PatternsScene => ({
      kind: 'patterns',
      instances: 30,
      classes,
      head: { title: ['l0'], lines: [] },
      level: 0,
      word: 'pattern',
      pieces: 2,
      units: Int32Array.from([0]),
      allUnits: 1,
      information: Float64Array.from([1]),
      unitState: new Uint8Array(1),
      node: Int32Array.from(node),
      occurrences: Int32Array.from(node, () => 10),
      majority: new Int32Array(node.length),
      purity: new Float64Array(node.length).fill(1),
      piecesOf: new Uint8Array(node.length),
      allPatterns: node.length,
      ...continuity,
    });
    const earlier = patterns([0, 1, 2], newColumn(3));
    const next = patterns([0, 1], {
      continues: Int32Array.from([2, -1]),
      change: Uint8Array.from([0, 2]),
      mergedInto: Int32Array.from([-1, -1, -1]),
    });
    const drawn = layoutScene(earlier, 500, 300, 1);
    const target = layoutScene(next, 500, 300, 1);
    const motion = motionBetween({ scene: earlier, drawn }, next, target)!;
    const [column] = sceneAt(motion, 0).columns;
    near(column.byBlock[0].y, drawn.columns[0].byBlock[2].y);
    assert.equal(column.byBlock[1].opacity, 0);
    assert.equal(column.boxes.length, 4, 'two rows that are gone');
    const other = { ...next, level: 1 };
    assert.equal(motionBetween({ scene: earlier, drawn }, other, layoutScene(other, 500, 300, 1)), undefined);
    // The keyboard stays with its row, and with the column where the row is gone.
    assert.deepEqual(followedPlace(next, drawn, target, { column: 0, block: 2 }), { column: 0, block: 0 });
    assert.deepEqual(followedPlace(next, drawn, target, { column: 0, block: 1 }), { column: 0, block: 0 });
    assert.deepEqual(becameText(next, 0), []);
    assert.deepEqual(becameText(next, 1), ['new since the last picture']);
    assert.deepEqual(becameText(earlier, 1), [], 'nothing was shown before');
  });

  it('names only the outputs of the scene that it moves to', () => {
    const { scene, motion } = motionOf(
      {
        blocks: [
          [0, 0, 0],
          [0, 1, 2],
        ],
        classes: [0, 1, 2],
      },
      {
        blocks: [
          [0, 0, 0],
          [0, 0, 0],
        ],
        classes: [0, 1, 2],
      },
    );
    const room = { width: 700, height: 420, fontWidth: 1 };
    const half = sceneAt(motion, 0.5);
    assert.ok(half.columns[1].boxes.length > 1, 'others are still fading out');
    const names = outputLabels(scene, half, { k: 1, x: 0, y: 0 }, room).filter((label) => label.bold);
    assert.deepEqual(
      names.map((label) => label.text),
      [scene.outputs[0].name],
    );
  });

  it('does not move between views', () => {
    const { scene, target, old } = motionOf(
      { blocks: [[0], [0]], classes: [0] },
      { blocks: [[0], [0]], classes: [0] },
    );
    assert.equal(motionBetween({ scene: { ...scene, kind: 'time' }, drawn: old }, scene, target), undefined);
  });
});
