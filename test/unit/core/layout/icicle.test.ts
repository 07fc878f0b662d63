import fc from 'fast-check';
import assert from 'node:assert/strict';
import { layoutIcicle, type IcicleBox, type IcicleGeometry } from '../../../../src/core/layout/icicle';
import { informationGainPartition, type Partition } from '../../../../src/core/partition';
import { instancesArbitrary, levelNodes, type Instances } from '../arbitraries';
import { at, majorityOf, tally } from '../naive';

const frame = { x: 10, y: 20, width: 600, height: 400, columnWidth: 30 };
const TOLERANCE = 1e-7;

interface Drawn {
  data: Instances;
  partition: Partition;
  geometry: IcicleGeometry;
}

function draw(data: Instances, smallest: number): Drawn {
  const predicted = Int32Array.from(data.predicted);
  const partition = informationGainPartition(data.levels.map(levelNodes), predicted, 4);
  const classes = { classOf: Int32Array.from(data.labels), classes: 4, predicted, outputs: 4 };
  return {
    data,
    partition,
    geometry: layoutIcicle({ partition, levels: data.levels.length, classes, frame, smallest }),
  };
}

const drawings = fc
  .record({
    data: instancesArbitrary({ instances: 80, levels: 4, nodes: 6, classes: 4 }),
    smallest: fc.constantFrom(0, 2, 20, 60, 500),
  })
  .map(({ data, smallest }) => draw(data, smallest));

/** Instances of each set, from the clusters below it. */
function instancesOfSets({ sets, clusters, setOf }: Partition): number[][] {
  const instances: number[][] = sets.map(() => []);
  clusters.of.forEach((cluster, i) => {
    for (let s = setOf[cluster]; s >= 0; s = sets[s].parent) instances[s].push(i);
  });
  return instances;
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < TOLERANCE, `${actual}, expected ${expected}`);
}

describe('partition picture', () => {
  it('has a column a level and one for the outputs, by predicted class', () => {
    fc.assert(
      fc.property(drawings, ({ data, geometry }) => {
        assert.equal(geometry.columns.length, data.levels.length + 1);
        const { boxes } = geometry.columns[data.levels.length];
        const counts = Array.from(tally(data.predicted)).sort((a, b) => a[0] - b[0]);
        assert.deepEqual(
          boxes.map((box) => [box.output, box.instances]),
          counts,
        );
        let y = frame.y;
        for (const box of boxes) {
          close(box.y, y);
          y += box.height;
        }
        close(y, frame.y + frame.height);
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it('draws every set of the partition once, alone or among merged ones', () => {
    fc.assert(
      fc.property(drawings, ({ data, partition, geometry }) => {
        geometry.columns.slice(0, data.levels.length).forEach(({ boxes }, l) => {
          const sets = partition.sets.filter((set) => set.level === l);
          assert.equal(
            boxes.reduce((sum, box) => sum + box.sets, 0),
            sets.length,
          );
          assert.equal(
            boxes.reduce((sum, box) => sum + box.instances, 0),
            sets.reduce((sum, set) => sum + set.size, 0),
          );
          const leaves = boxes.filter((box) => box.leaf).reduce((sum, box) => sum + box.sets, 0);
          assert.equal(leaves, sets.filter((set) => set.cluster >= 0).length);
        });
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('is true to size, and fills boxes by class', () => {
    fc.assert(
      fc.property(drawings, ({ data, partition, geometry }) => {
        const instances = instancesOfSets(partition);
        geometry.columns.forEach(({ boxes }, l) => {
          for (const box of boxes) {
            close(box.height, box.instances * geometry.scale);
            let y = box.y;
            for (const segment of box.segments) {
              close(segment.y, y);
              close(segment.height, segment.instances * geometry.scale);
              y += segment.height;
            }
            close(y, box.y + box.height);
            if (box.set < 0 || l === data.levels.length) continue;
            const inside = instances[box.set];
            assert.equal(box.instances, inside.length);
            assert.equal(box.output, majorityOf(at(data.predicted, inside)).value);
            assert.deepEqual(
              box.segments.map((segment) => [segment.class, segment.instances]),
              Array.from(tally(at(data.labels, inside))).sort((a, b) => a[0] - b[0]),
            );
          }
        });
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('has every box but the outputs within one that goes on, and none over another', () => {
    fc.assert(
      fc.property(drawings, ({ data, partition, geometry }) => {
        const last = data.levels.length;
        const whole = { y: frame.y, height: frame.height, set: 0, instances: data.predicted.length };
        for (let l = last - 1; l >= 0; l--) {
          const parents: Pick<IcicleBox, 'y' | 'height' | 'set' | 'instances'>[] =
            l === last - 1
              ? partition.sets[0].cluster < 0
                ? [whole]
                : []
              : geometry.columns[l + 1].boxes.filter((box) => !box.leaf);
          const { boxes } = geometry.columns[l];
          const parentOf = boxes.map((box) =>
            parents.findIndex(
              (parent) =>
                box.y >= parent.y - TOLERANCE && box.y + box.height <= parent.y + parent.height + TOLERANCE,
            ),
          );
          assert.ok(parentOf.every((parent) => parent >= 0));
          boxes.forEach((box, b) => {
            const parent = parents[parentOf[b]];
            if (box.set >= 0 && parent.set >= 0) assert.equal(partition.sets[box.set].parent, parent.set);
          });
          // The parts of a box that goes on take its whole height.
          parents.forEach((parent, p) => {
            const inside = boxes.filter((_, b) => parentOf[b] === p);
            assert.equal(
              inside.reduce((sum, box) => sum + box.instances, 0),
              parent.instances,
            );
          });
          const sorted = boxes.slice().sort((a, b) => a.y - b.y);
          for (let b = 1; b < sorted.length; b++) {
            assert.ok(sorted[b].y >= sorted[b - 1].y + sorted[b - 1].height - TOLERANCE);
          }
        }
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('merges small sets only, and only those of one output that both end or both go on', () => {
    fc.assert(
      fc.property(drawings, ({ data, partition, geometry }) => {
        const instances = instancesOfSets(partition);
        geometry.columns.slice(0, data.levels.length).forEach(({ boxes }, l) => {
          const alone = new Set(boxes.map((box) => box.set).filter((set) => set >= 0));
          const merged = partition.sets.flatMap((set, s) => (set.level === l && !alone.has(s) ? [s] : []));
          for (const kind of new Set(
            boxes.filter((box) => box.set < 0).map((box) => `${box.output} ${box.leaf}`),
          )) {
            const inBoxes = boxes.filter((box) => box.set < 0 && `${box.output} ${box.leaf}` === kind);
            const ofKind = merged.filter(
              (s) =>
                `${majorityOf(at(data.predicted, instances[s])).value} ${partition.sets[s].cluster >= 0}` ===
                kind,
            );
            assert.equal(
              inBoxes.reduce((sum, box) => sum + box.sets, 0),
              ofKind.length,
            );
          }
        });
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('draws each set alone that is high enough, and no two small ones of a kind beside each other', () => {
    // Four singletons and a large set below the root; the scale is 400 / 10.
    const data = {
      levels: [[0, 1, 2, 3, 4, 4, 4, 4, 4, 4]],
      predicted: [0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
      labels: [0, 0, 1, 1, 0, 0, 0, 0, 0, 1],
    };
    const columnOf = (smallest: number) =>
      draw(data, smallest).geometry.columns[0].boxes.map((box) => [
        box.output,
        box.sets,
        box.instances,
        box.y,
      ]);
    assert.deepEqual(columnOf(40), [
      [0, 1, 6, 20],
      [0, 1, 1, 260],
      [0, 1, 1, 300],
      [1, 1, 1, 340],
      [1, 1, 1, 380],
    ]);
    assert.deepEqual(columnOf(41), [
      [0, 1, 6, 20],
      [0, 2, 2, 260],
      [1, 2, 2, 340],
    ]);
  });

  it('shows only the outputs where nothing was split', () => {
    const { geometry } = draw({ levels: [[0, 1]], predicted: [2, 2], labels: [0, 0] }, 1);
    assert.deepEqual(
      geometry.columns.map((column) => column.boxes.length),
      [0, 1],
    );
  });
});
