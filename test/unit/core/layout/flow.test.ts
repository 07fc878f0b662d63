import fc from 'fast-check';
import assert from 'node:assert/strict';
import { buildDiagram } from '../../../../src/core/diagram';
import { columnPositions, layoutFlow, type FlowGeometry } from '../../../../src/core/layout/flow';
import { orderLevels, type LevelOrder } from '../../../../src/core/layout/order';
import { buildOverview, type Overview } from '../../../../src/core/overview';
import { instancesArbitrary, levelNodes, type Instances } from '../arbitraries';

const frame = { x: 40, y: 30, width: 900, height: 500, columnWidth: 18 };
const TOLERANCE = 1e-7;

interface Drawn {
  overview: Overview;
  order: LevelOrder;
  geometry: FlowGeometry;
}

function draw(data: Instances, budget = 12): Drawn {
  const diagram = buildDiagram({
    levels: data.levels.map(levelNodes),
    predicted: Int32Array.from(data.predicted),
    classes: 4,
  });
  const overview = buildOverview(diagram, Int32Array.from(data.labels), 4, { budget });
  const sizes = overview.levels.map((level) => Int32Array.from(level.blocks, (block) => block.instances));
  const order = orderLevels({ sizes, edges: overview.edges });
  return { overview, order, geometry: layoutFlow(overview, order, frame) };
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < TOLERANCE, `${actual}, expected ${expected}`);
}

/** Asserts that the parts fill `from … to` without gap or overlap. */
function assertFill(parts: { y: number; height: number }[], from: number, to: number): void {
  let y = from;
  for (const part of parts.slice().sort((a, b) => a.y - b.y)) {
    close(part.y, y);
    y += part.height;
  }
  close(y, to);
}

const drawings = instancesArbitrary({ instances: 120, levels: 4, nodes: 40 }).map((data) => draw(data));

describe('flow picture', () => {
  it('is true to size: every box, part and ribbon as high as its instances', () => {
    fc.assert(
      fc.property(drawings, ({ overview, geometry }) => {
        geometry.columns.forEach((column, l) => {
          assert.equal(column.boxes.length, overview.levels[l].blocks.length);
          for (const box of column.boxes) {
            close(box.height, overview.levels[l].blocks[box.block].instances * geometry.scale);
            for (const segment of box.segments) close(segment.height, segment.instances * geometry.scale);
            assertFill(box.segments, box.y, box.y + box.height);
          }
        });
        for (const ribbon of geometry.ribbons) close(ribbon.thickness, ribbon.instances * geometry.scale);
        for (let l = 0; l + 1 < geometry.columns.length; l++) {
          const between = geometry.ribbons.filter((ribbon) => ribbon.level === l);
          assert.equal(
            between.reduce((sum, ribbon) => sum + ribbon.instances, 0),
            overview.instances,
          );
        }
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it('stacks the boxes in their order, without overlap, within the frame', () => {
    fc.assert(
      fc.property(drawings, ({ order, geometry }) => {
        geometry.columns.forEach((column, l) => {
          let bottom = frame.y - TOLERANCE;
          column.boxes.forEach((box, position) => {
            assert.equal(order[l][box.block], position);
            assert.ok(box.y >= bottom);
            bottom = box.y + box.height - TOLERANCE;
          });
          assert.ok(bottom <= frame.y + frame.height);
          // Centred: as much room above as below.
          const above = column.boxes[0].y - frame.y;
          close(frame.y + frame.height - bottom - TOLERANCE, above);
        });
      }),
      { seed: 2, numRuns: 80 },
    );
  });

  it('fills a box with the ribbons on either side, each within its class’s part', () => {
    fc.assert(
      fc.property(drawings, ({ geometry }) => {
        geometry.columns.forEach((column, l) => {
          for (const box of column.boxes) {
            const leaving = geometry.ribbons.filter((r) => r.level === l && r.source === box.block);
            const coming = geometry.ribbons.filter((r) => r.level === l - 1 && r.target === box.block);
            const sides = [
              {
                ribbons: leaving.map((r) => ({ ...r, y: r.y0, height: r.thickness })),
                wanted: l + 1 < geometry.columns.length,
              },
              { ribbons: coming.map((r) => ({ ...r, y: r.y1, height: r.thickness })), wanted: l > 0 },
            ];
            for (const { ribbons, wanted } of sides) {
              assert.equal(ribbons.length > 0, wanted);
              if (!wanted) continue;
              assertFill(ribbons, box.y, box.y + box.height);
              for (const segment of box.segments) {
                const ofClass = ribbons.filter((ribbon) => ribbon.class === segment.class);
                assertFill(ofClass, segment.y, segment.y + segment.height);
              }
            }
          }
        });
      }),
      { seed: 3, numRuns: 80 },
    );
  });

  it('crosses no two ribbons of one class between the same box and the next column', () => {
    fc.assert(
      fc.property(drawings, ({ geometry }) => {
        for (const a of geometry.ribbons) {
          for (const b of geometry.ribbons) {
            if (a.level !== b.level || a.source !== b.source || a.class !== b.class) continue;
            if (a.y0 < b.y0 - TOLERANCE) assert.ok(a.y1 <= b.y1 + TOLERANCE);
          }
        }
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  it('runs ribbons from the right edge of a column to the left edge of the next', () => {
    const { geometry } = draw({
      levels: [
        [0, 1],
        [0, 0],
      ],
      predicted: [0, 1],
      labels: [0, 1],
    });
    const xs = geometry.columns.map((column) => column.x);
    assert.deepEqual(xs, [40, 40 + 441, 40 + 882]);
    for (const ribbon of geometry.ribbons) {
      assert.equal(ribbon.x0, xs[ribbon.level] + frame.columnWidth);
      assert.equal(ribbon.x1, xs[ribbon.level + 1]);
    }
  });

  it('spreads its columns over the frame', () => {
    assert.deepEqual(columnPositions(1, frame), [40]);
    assert.deepEqual(columnPositions(3, frame), [40, 481, 922]);
  });
});
