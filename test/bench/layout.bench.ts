// Order and geometry of a whole diagram, and of the overview that is drawn of it.
import { buildDiagram, type Diagram } from '../../src/core/diagram';
import { layoutFlow, type Frame } from '../../src/core/layout/flow';
import { orderLevels } from '../../src/core/layout/order';
import { buildOverview, type Overview } from '../../src/core/overview';
import type { Snapshot } from '../../src/core/patterns/snapshot';
import { bench, goal, ms, printTimings, sideBySide, sized, whole } from './harness';
import { DIGIT_CLASSES, openMnist, PAPER_MODEL, recordModel } from './mnist';

/** A diagram at least this large is what the goal is about. */
const WANTED_NODES = 30_000;
const WANTED_EDGES = 70_000;

/** Blocks of a level in the picture that is drawn when nothing else is asked for. */
const USUAL_BUDGET = 64;

const frame: Frame = { x: 40, y: 80, width: 1120, height: 600, columnWidth: 14 };

function diagramOf({ levels, predicted, labels }: Snapshot): Diagram {
  return buildDiagram({
    levels: levels.map(({ exact }) => exact!),
    predicted,
    labels,
    classes: DIGIT_CLASSES,
  });
}

function sizeOf(diagram: Diagram): { nodes: number; edges: number } {
  return {
    nodes: diagram.levels.reduce((sum, level) => sum + level.nodes.count, 0),
    edges: diagram.edges.reduce((sum, edges) => sum + edges.column.length, 0),
  };
}

function orderOf(overview: Overview) {
  const sizes = overview.levels.map((level) => Int32Array.from(level.blocks, (block) => block.instances));
  return orderLevels({ sizes, edges: overview.edges });
}

bench('Order and geometry of diagrams', async () => {
  for (const take of sized([30_000, 60_000], [100, 200])) {
    const snapshot = await recordModel(PAPER_MODEL, await openMnist('train', take));
    const diagram = diagramOf(snapshot);
    const labels = snapshot.labels!;
    const size = sizeOf(diagram);
    const overviewOf = (budget: number) => buildOverview(diagram, labels, DIGIT_CLASSES, { budget });
    const everything = overviewOf(Infinity);
    const order = orderOf(everything);
    const drawn = overviewOf(USUAL_BUDGET);
    const blocks = drawn.levels.map((level) => level.blocks.length).join(' – ');
    console.log(
      `  ${whole(take)} images: ${whole(size.nodes)} nodes, ${whole(size.edges)} edges; overview ${blocks}`,
    );
    const times = await sideBySide(
      {
        'all nodes: blocks and flows': () => overviewOf(Infinity),
        'all nodes: order': () => orderOf(everything),
        'all nodes: geometry': () => layoutFlow(everything, order, frame),
        'overview: blocks and flows': () => overviewOf(USUAL_BUDGET),
        'overview: order and geometry': () => layoutFlow(drawn, orderOf(drawn), frame),
      },
      { rounds: 7 },
    );
    printTimings(times);
    const all = times['all nodes: order'].median + times['all nodes: geometry'].median;
    const over = times['overview: blocks and flows'].median + times['overview: order and geometry'].median;
    const large = size.nodes >= WANTED_NODES && size.edges >= WANTED_EDGES;
    const of = `${whole(size.nodes)} nodes, ${whole(size.edges)} edges`;
    if (!large) {
      console.log(`  smaller than the ${whole(WANTED_NODES)} nodes, ${whole(WANTED_EDGES)} edges wanted`);
    }
    goal(`order and geometry of ${of}`, ms(all), '≤ 1 s', large && all <= 1000);
    goal(`overview of ${of}`, ms(over), '≤ 50 ms', large && over <= 50);
  }
});
