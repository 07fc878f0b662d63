import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textWidth } from '../../../src/core/appearance/textWidth';
import type { PartitionScene, Paths, PatternsScene } from '../../../src/protocol/scene';
import { litScene } from '../../../webview/diagram/pointing/litScene';
import { layoutScene } from '../../../webview/diagram/layoutScene';
import { spreadApart } from '../../../src/core/appearance/spreadLabels';
import {
  beside,
  besideRibbon,
  firstPlace,
  neighbour,
  ribbonBeside,
} from '../../../webview/diagram/pointing/navigation';
import { rowTexts } from '../../../webview/diagram/painting/rowTexts';
import { mergedLabels, outputLabels } from '../../../webview/diagram/painting/placeLabels';
import { assignments, flowSceneOf, type Assignment } from './sceneOf';
import { newColumn } from '../../../src/engine/scenes/continuity';

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
const whole = { k: 1, x: 0, y: 0 };
const sizes = [
  [1280, 500],
  [500, 400],
  [300, 120],
];

/** Counts by brute force what the instances that are in a block carry. */
function pathsOf(
  { blocks }: Assignment,
  scene: ReturnType<typeof flowSceneOf>,
  rows: number[],
  classes: number[],
): Paths {
  const dense = blocks.map((of) => {
    const names = [...new Set(of)].sort((a, b) => a - b);
    return of.map((name) => names.indexOf(name));
  });
  return {
    instances: rows.length,
    blocks: scene.columns.map((column, c) =>
      Int32Array.from(column.instances, (_, b) => rows.filter((i) => dense[c][i] === b).length),
    ),
    flows: scene.flows.map(({ source, target, class: classOf }, g) =>
      Int32Array.from(
        source,
        (s, f) =>
          rows.filter((i) => dense[g][i] === s && dense[g + 1][i] === target[f] && classes[i] === classOf[f])
            .length,
      ),
    ),
  };
}

describe('webview layout', () => {
  it('draws every instance to scale within the canvas, at any size', () => {
    fc.assert(
      fc.property(assignments, fc.constantFrom(...sizes), (assignment, [width, height]) => {
        const scene = flowSceneOf(assignment);
        const drawn = layoutScene(scene, width, height, 1.2);
        drawn.columns.forEach((column) => {
          const sum = column.boxes.reduce((total, box) => total + box.height, 0);
          near(
            sum,
            drawn.columns[0].boxes.reduce((total, box) => total + box.height, 0),
          );
          assert.ok(column.x >= 0 && column.x + column.width <= width);
          for (const box of column.boxes) {
            assert.ok(box.y >= 0 && box.y + box.height <= height);
            near(
              box.segments.reduce((total, segment) => total + segment.height, 0),
              box.height,
            );
          }
        });
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('lays sets of a partition at their own height, pale where they are split further', () => {
    const column = (leaf: number[], y: number[], instances: number[]) => ({
      head: { title: ['l0'], lines: [] },
      source: 0,
      sets: Int32Array.from(leaf, () => 1),
      leaf: Uint8Array.from(leaf),
      y: Float64Array.from(y),
      instances: Int32Array.from(instances),
      output: Int32Array.from(leaf, () => 0),
      offsets: Int32Array.from([0, ...leaf.keys()].map((_, i) => i)),
      histogramClass: Int32Array.from(leaf, () => 0),
      histogramCount: Int32Array.from(instances),
      ...newColumn(leaf.length),
    });
    const scene: PartitionScene = {
      kind: 'partition',
      instances: 10,
      classes: [{ name: 'a', colour: 0, instances: 10, hidden: false }],
      clusters: 2,
      columns: [column([1, 0], [6, 0], [2, 4]), column([0], [0], [10])],
      outputs: [{ name: 'a', caption: '' }],
    };
    const drawn = layoutScene(scene, 400, 224, 1);
    const [first, last] = drawn.columns;
    near(last.boxes[0].height, drawn.frame.height);
    near(first.byBlock[0].y, drawn.frame.y + 0.6 * drawn.frame.height);
    near(first.byBlock[0].height, 0.2 * drawn.frame.height);
    assert.deepEqual(
      first.boxes.map((box) => box.block),
      [1, 0],
    );
    assert.deepEqual(
      [first.byBlock[0].pale, first.byBlock[1].pale, last.boxes[0].pale],
      [false, true, false],
    );
    // Without flows the arrows lead to the box that shares most of the height.
    assert.deepEqual(neighbour(drawn, { column: 1, block: 0 }, 'left'), { column: 0, block: 1 });
  });

  it('lays patterns as rows within the canvas', () => {
    const rows = 64;
    const scene: PatternsScene = {
      kind: 'patterns',
      instances: 640,
      classes: [{ name: 'a', colour: 0, instances: 640, hidden: false }],
      head: { title: ['l0'], lines: [] },
      level: 0,
      word: 'pattern',
      pieces: 2,
      units: Int32Array.from([0, 1]),
      allUnits: 2,
      information: Float64Array.from([1, 0.5]),
      unitState: new Uint8Array(2),
      node: Int32Array.from({ length: rows }, (_, i) => i),
      occurrences: new Int32Array(rows).fill(10),
      majority: new Int32Array(rows),
      purity: new Float64Array(rows).fill(1),
      piecesOf: new Uint8Array(2 * rows),
      allPatterns: rows,
      ...newColumn(rows),
    };
    const [column] = layoutScene(scene, 500, 300, 1).columns;
    assert.equal(column.boxes.length, rows);
    assert.ok(column.boxes[rows - 1].y + column.boxes[rows - 1].height <= 300);
    column.boxes.slice(1).forEach((box, i) => assert.ok(box.y >= column.boxes[i].y + column.boxes[i].height));
    assert.ok(column.x > 0 && column.x + column.width <= 500);
    // Rows are labelled in one form, whatever their own length.
    scene.occurrences[3] = 100_000;
    assert.equal(rowTexts(scene, 400)[3], '#3 · 100,000× · a (100 %)');
    assert.equal(rowTexts(scene, 400)[0], '#0 · 10× · a (100 %)');
    for (const room of [400, 130, 110, 90, 60, 20]) {
      const texts = rowTexts(scene, room);
      assert.equal(new Set(texts.map((text) => text.replaceAll(/[\d,]+/g, '1'))).size, 1, String(texts));
      const short = texts.every((text) => /^[\d,]+×$/.test(text));
      assert.ok(short || texts.every((text) => textWidth(text, 11) <= room));
    }
  });

  it('stacks things of several sizes without overlap, near to where they belong', () => {
    const places = fc.array(fc.record({ at: fc.nat({ max: 300 }), size: fc.integer({ min: 4, max: 30 }) }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(places, (all) => {
        const sorted = [...all].sort((a, b) => a.at - b.at);
        const sizes = sorted.map(({ size }) => size);
        const centres = spreadApart(
          sorted.map(({ at }) => at),
          sizes,
          0,
          300,
        );
        centres.forEach((centre, i) => {
          const above = i === 0 ? 0 : centres[i - 1] + sizes[i - 1] / 2;
          assert.ok(centre - sizes[i] / 2 >= above - 1e-9 && centre + sizes[i] / 2 <= 300 + 1e-9);
        });
        if (all.length === 1) assert.ok(Math.abs(centres[0] - sorted[0].at) <= sizes[0] / 2);
      }),
      { seed: 9 },
    );
  });

  it('names low outputs without a caption, with a line to those that have to stand aside', () => {
    // One large output and fourteen of an instance each.
    const outputs = [...Array<number>(300).fill(0), ...Array.from({ length: 14 }, (_, b) => b + 1)];
    const scene = flowSceneOf({ blocks: [outputs.map(() => 0), outputs], classes: outputs.map(() => 0) });
    const drawn = layoutScene(scene, 900, 400, 1);
    const labels = outputLabels(scene, drawn, whole, { width: 900, height: 400, fontWidth: 1 });
    const names = labels.filter(({ bold }) => bold);
    assert.equal(names.length, 15);
    assert.deepEqual(
      labels.filter(({ bold }) => !bold).map(({ text }) => text),
      ['300 · 90 % right'],
    );
    const led = names.filter(({ leader }) => leader);
    assert.ok(led.length >= 4);
    for (const { text, x, leader } of led) {
      const { y, height } = drawn.columns[1].byBlock[Number(text.split(' ')[1])];
      assert.ok(leader!.y0 >= y && leader!.y0 <= y + height);
      assert.ok(leader!.x0 >= drawn.columns[1].x + drawn.columns[1].width && leader!.x1 < x);
    }
  });

  it('keeps the names of outputs apart and inside, and captions clear of the next column', () => {
    fc.assert(
      fc.property(assignments, fc.constantFrom(...sizes), (assignment, [width, height]) => {
        const scene = flowSceneOf(assignment);
        const drawn = layoutScene(scene, width, height, 1);
        const labels = outputLabels(scene, drawn, whole, { width, height, fontWidth: 1 });
        labels.slice(1).forEach((label, i) => assert.ok(label.y - labels[i].y >= 12));
        for (const { text, x, y, size, bold } of labels) {
          assert.ok(x + textWidth(text, size, bold) <= width);
          assert.ok(y > 0 && y <= height);
        }
        for (const { text, x, size } of mergedLabels(scene, drawn, whole, { width, height, fontWidth: 1 })) {
          const next = drawn.columns.find((column) => column.x > x)!;
          assert.ok(x + textWidth(text, size) <= next.x);
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe('webview lighting of paths', () => {
  it('lights everything for all instances', () => {
    fc.assert(
      fc.property(assignments, (assignment) => {
        const scene = flowSceneOf(assignment);
        const drawn = layoutScene(scene, 700, 420, 1);
        const rows = [...assignment.classes.keys()];
        const lit = litScene(drawn, pathsOf(assignment, scene, rows, assignment.classes));
        assert.deepEqual(lit.gaps, drawn.gaps);
        lit.columns.forEach((column, c) => assert.deepEqual(column.boxes, drawn.columns[c].boxes));
      }),
      { seed: 6, numRuns: 40 },
    );
  });

  it('lights as much of every block and ribbon as instances pass through', () => {
    fc.assert(
      fc.property(assignments, fc.nat(), (assignment, pick) => {
        const scene = flowSceneOf(assignment);
        const drawn = layoutScene(scene, 700, 420, 1);
        const chosen = assignment.blocks[0][pick % assignment.classes.length];
        const rows = [...assignment.classes.keys()].filter((i) => assignment.blocks[0][i] === chosen);
        const lit = litScene(drawn, pathsOf(assignment, scene, rows, assignment.classes));
        const scale = drawn.columns[0].boxes[0].height / drawn.columns[0].boxes[0].instances;
        for (const column of lit.columns) {
          const segments = column.boxes.flatMap((box) => box.segments);
          near(
            segments.reduce((sum, { height }) => sum + height, 0),
            rows.length * scale,
          );
        }
        for (const gap of lit.gaps) {
          near(
            gap.reduce((sum, { thickness0 }) => sum + thickness0, 0),
            rows.length * scale,
          );
        }
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

describe('webview keyboard navigation', () => {
  const scene = flowSceneOf({
    blocks: [
      [0, 0, 0, 1, 1],
      [0, 1, 1, 1, 2],
    ],
    classes: [0, 1, 2, 0, 0],
  });
  const drawn = layoutScene(scene, 600, 400, 1);

  it('starts at the topmost block', () => {
    assert.deepEqual(firstPlace(drawn), { column: 0, block: 0 });
  });

  it('follows the heaviest flow, summed over classes, and stays at the ends', () => {
    assert.deepEqual(neighbour(drawn, { column: 0, block: 0 }, 'right'), { column: 1, block: 1 });
    assert.deepEqual(neighbour(drawn, { column: 1, block: 1 }, 'left'), { column: 0, block: 0 });
    assert.deepEqual(neighbour(drawn, { column: 1, block: 2 }, 'left'), { column: 0, block: 1 });
    assert.deepEqual(neighbour(drawn, { column: 1, block: 2 }, 'right'), { column: 1, block: 2 });
    assert.deepEqual(neighbour(drawn, { column: 0, block: 0 }, 'left'), { column: 0, block: 0 });
  });

  it('steps onto the heaviest ribbon of a block, along its ribbons, and to their ends', () => {
    const flowOf = (source: number, target: number, of: number) =>
      drawn.gaps[0].find((one) => one.source === source && one.target === target && one.class === of)!.flow;
    const first = ribbonBeside(drawn, { column: 0, block: 1 }, 'right');
    assert.deepEqual(first, { gap: 0, flow: flowOf(1, 1, 0), from: 0 });
    const next = besideRibbon(drawn, first!, 'down');
    assert.deepEqual(next, { gap: 0, flow: flowOf(1, 2, 0), from: 0 });
    assert.deepEqual(besideRibbon(drawn, first!, 'up'), first, 'the topmost of its block');
    assert.deepEqual(besideRibbon(drawn, first!, 'left'), { column: 0, block: 1 });
    assert.deepEqual(besideRibbon(drawn, first!, 'right'), { column: 1, block: 1 });
    // Come to from the right, up and down lead to those that end at the same block.
    const back = ribbonBeside(drawn, { column: 1, block: 1 }, 'left')!;
    const ends = new Set([back, besideRibbon(drawn, back, 'up'), besideRibbon(drawn, back, 'down')]);
    for (const place of ends) {
      assert.ok('flow' in place);
      assert.equal(drawn.gaps[0].find(({ flow }) => flow === place.flow)!.target, 1);
    }
    assert.ok(ends.size > 1);
    assert.equal(ribbonBeside(drawn, { column: 0, block: 0 }, 'left'), undefined);
    assert.equal(ribbonBeside(drawn, { column: 1, block: 0 }, 'right'), undefined);
    const { x, y } = beside(drawn, first!);
    assert.ok(x > drawn.columns[0].x && x < drawn.columns[1].x && y > 0 && y < 400);
  });

  it('goes up and down in the order drawn', () => {
    assert.deepEqual(neighbour(drawn, { column: 1, block: 0 }, 'down'), { column: 1, block: 1 });
    assert.deepEqual(neighbour(drawn, { column: 1, block: 0 }, 'up'), { column: 1, block: 0 });
    assert.deepEqual(neighbour(drawn, { column: 1, block: 2 }, 'down'), { column: 1, block: 2 });
  });
});
