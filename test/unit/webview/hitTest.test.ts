import assert from 'node:assert/strict';
import fc from 'fast-check';
import { curveParameter, curveRise } from '../../../webview/diagram/painting/curve';
import type { DrawnRibbon } from '../../../webview/diagram/drawnScene';
import { hitTest } from '../../../webview/diagram/pointing/hitTest';
import { layoutScene } from '../../../webview/diagram/layoutScene';
import { assignments, flowSceneOf } from './sceneOf';

/** A point of a cubic Bézier curve by de Casteljau's construction: what a canvas draws. */
function bezier(points: [number, number][], t: number): [number, number] {
  if (points.length === 1) return points[0];
  const next = points.slice(1).map(([x, y], i): [number, number] => {
    const [px, py] = points[i];
    return [px + (x - px) * t, py + (y - py) * t];
  });
  return bezier(next, t);
}

function upperEdge({ x0, x1, y0, y1 }: DrawnRibbon, t: number): [number, number] {
  const middle = (x0 + x1) / 2;
  return bezier(
    [
      [x0, y0],
      [middle, y0],
      [middle, y1],
      [x1, y1],
    ],
    t,
  );
}

describe('webview hit testing', () => {
  it('solves the curve for its parameter', () => {
    for (let i = 0; i <= 50; i++) {
      const t = i / 50;
      const [x] = bezier(
        [
          [0, 0],
          [0.5, 0],
          [0.5, 1],
          [1, 1],
        ],
        t,
      );
      assert.ok(Math.abs(curveParameter(x) - t) < 1e-7);
    }
    assert.equal(curveRise(0), 0);
    assert.ok(Math.abs(curveRise(0.5) - 0.5) < 1e-9);
    assert.ok(Math.abs(curveRise(1) - 1) < 1e-9);
  });

  it('finds every ribbon along its drawn shape, or a thinner one that lies there too', () => {
    fc.assert(
      fc.property(assignments, fc.double({ min: 0.02, max: 0.98, noNaN: true }), (assignment, t) => {
        const drawn = layoutScene(flowSceneOf(assignment), 800, 500, 1);
        drawn.gaps.forEach((gap, g) => {
          for (const ribbon of gap) {
            const [x, y] = upperEdge(ribbon, t);
            const hit = hitTest(drawn, x, y + ribbon.thickness0 / 2, 0);
            assert.equal(hit?.kind, 'ribbon');
            assert.equal(hit.gap, g);
            const found = gap[hit.flow];
            assert.ok(found.thickness0 <= ribbon.thickness0);
            const [, top] = upperEdge(found, t);
            assert.ok(y + ribbon.thickness0 / 2 >= top - 1e-6);
            assert.ok(y + ribbon.thickness0 / 2 <= top + found.thickness0 + 1e-6);
          }
        });
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('finds every block at its middle and nothing in the gaps between blocks', () => {
    const scene = flowSceneOf({
      blocks: [
        [0, 0, 1, 1],
        [0, 1, 1, 1],
      ],
      classes: [0, 0, 1, 1],
    });
    const drawn = layoutScene(scene, 600, 400, 1);
    drawn.columns.forEach((column, c) => {
      for (const box of column.boxes) {
        const hit = hitTest(drawn, column.x + 1, box.y + box.height / 2, 0);
        assert.deepEqual(hit, { kind: 'block', column: c, block: box.block });
      }
      const [upper, lower] = column.boxes;
      assert.equal(hitTest(drawn, column.x + 1, (upper.y + upper.height + lower.y) / 2, 1), undefined);
    });
    assert.equal(hitTest(drawn, 2, 200, 2), undefined);
  });

  it('reaches hairlines from a little beside them', () => {
    const drawn = layoutScene(flowSceneOf({ blocks: [[0], [0]], classes: [0] }), 600, 400, 1);
    const [column] = drawn.columns;
    const [box] = column.boxes;
    assert.equal(hitTest(drawn, column.x + 1, box.y - 2, 1), undefined);
    assert.equal(hitTest(drawn, column.x + 1, box.y - 2, 2.5)?.kind, 'block');
  });
});
