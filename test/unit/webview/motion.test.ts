import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layoutScene } from '../../../webview/diagram/layoutScene';
import { motionBetween, sceneAt } from '../../../webview/diagram/motion';
import { outputLabels } from '../../../webview/diagram/placeLabels';
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
