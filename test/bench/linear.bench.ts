// Time and memory are linear in the instances: clustered activations made on the fly, 10⁴ to 10⁶ instances, 5 × 32 units.
import { buildDiagram, type Diagram } from '../../src/core/diagram';
import { ExactRecorder } from '../../src/core/patterns/levelRecorder';
import { measureClasses, measureNodes } from '../../src/core/measures/measures';
import { Random } from '../../src/core/random';
import type { Layer } from '../../src/core/patterns/snapshot';
import { unitActivity } from '../../src/core/patterns/units';
import { bench, figure, goal, mebibytes, ms, printTable, sized, whole } from './harness';

const LEVELS = 5;
const UNITS = 32;
const CLASSES = 10;
const BATCH = 2048;
const CENTRES_PER_CLASS = 5;

/**
 * Pre-activations around centres, five a class: of the units some are far from 0, and those near it flip, so that there are
 * both frequent and rare patterns.
 */
class Activations {
  private readonly random = new Random(1);
  private readonly centres: Float32Array;
  private readonly noise: Float32Array;
  readonly z = Array.from({ length: LEVELS }, () => new Float32Array(BATCH * UNITS));

  constructor() {
    this.centres = Float32Array.from({ length: LEVELS * CLASSES * CENTRES_PER_CLASS * UNITS }, () => {
      const value = 8 * this.random.float() - 4;
      return value + Math.sign(value) * 0.7;
    });
    // Sums of uniform numbers are near enough to normal ones, and a table of them is quick.
    this.noise = Float32Array.from({ length: 1 << 16 }, () => {
      let sum = -2;
      for (let k = 0; k < 4; k++) sum += this.random.float();
      return sum;
    });
  }

  /** Fills `z` with the next rows and writes their labels and outputs; one output in fifty is wrong. */
  next(rows: number, labels: Int32Array, predicted: Int32Array, from: number): void {
    for (let row = 0; row < rows; row++) {
      const label = this.random.below(CLASSES);
      labels[from + row] = label;
      predicted[from + row] = this.random.below(50) === 0 ? this.random.below(CLASSES) : label;
      const centre = label * CENTRES_PER_CLASS + this.random.below(CENTRES_PER_CLASS);
      for (let l = 0; l < LEVELS; l++) {
        const at = (l * CLASSES * CENTRES_PER_CLASS + centre) * UNITS;
        const noise = this.random.below(this.noise.length - UNITS);
        for (let j = 0; j < UNITS; j++) {
          this.z[l][row * UNITS + j] = this.centres[at + j] + 1.2 * this.noise[noise + j];
        }
      }
    }
  }
}

/** Up to here the time of an instance counts as the same at a hundred times as many. */
const LINEAR = 1.5;

interface Measured {
  record: number;
  diagram: number;
  measures: number;
  nodes: number;
  memory: number;
}

function measure(diagram: Diagram): number {
  let sum = 0;
  for (const { nodes, labels, outputs } of diagram.levels) {
    sum += measureNodes(nodes).entropy + measureClasses(nodes, labels!).leaveOneOut;
    sum += measureClasses(nodes, outputs).mutualInformation;
  }
  return sum;
}

/** Everything that is done with the activations of so many instances, once. */
function run(instances: number): Measured {
  const layer: Layer = { name: 'l', activation: 'Relu', units: UNITS, shape: [UNITS], pieces: 2, bits: 1 };
  const activations = new Activations();
  const labels = new Int32Array(instances);
  const predicted = new Int32Array(instances);
  const recorders = activations.z.map(() => new ExactRecorder(layer, [0], instances));
  let record = 0;
  for (let from = 0; from < instances; from += BATCH) {
    const rows = Math.min(BATCH, instances - from);
    activations.next(rows, labels, predicted, from);
    const start = performance.now();
    recorders.forEach((recorder, l) => recorder.add(activations.z[l], from, rows));
    record += performance.now() - start;
  }
  let start = performance.now();
  const recorded = recorders.map((recorder) => recorder.finish().exact!);
  record += performance.now() - start;
  start = performance.now();
  const diagram = buildDiagram({ levels: recorded, predicted, labels, classes: CLASSES });
  const diagramTime = performance.now() - start;
  start = performance.now();
  measure(diagram);
  for (const { patterns } of recorded) unitActivity(patterns, 2);
  const measures = performance.now() - start;
  const nodes = diagram.levels.reduce((sum, level) => sum + level.nodes.count, 0);
  return { record, diagram: diagramTime, measures, nodes, memory: process.resourceUsage().maxRSS * 1024 };
}

bench(
  'Linear in the instances (this process does nothing else: its peak memory is the work’s own)',
  async () => {
    const start = process.resourceUsage().maxRSS * 1024;
    const counts = sized([10_000, 100_000, 1_000_000], [100, 1000, 10_000]);
    for (let k = 0; k < 5; k++) run(counts[0]);
    const perInstance: number[] = [];
    const rows = counts.map((instances) => {
      // The quickest of several runs: the small ones are over in a moment, and others use the machine as well.
      const runs = Array.from({ length: instances < 1_000_000 ? 5 : 2 }, () => run(instances));
      const total = ({ record, diagram, measures }: Measured) => record + diagram + measures;
      const best = runs.reduce((least, other) => (total(other) < total(least) ? other : least));
      const { memory } = runs[runs.length - 1];
      perInstance.push((total(best) / instances) * 1000);
      return [
        whole(instances),
        whole(best.nodes),
        ms(best.record),
        ms(best.diagram),
        ms(best.measures),
        `${perInstance[perInstance.length - 1].toFixed(2)} µs`,
        mebibytes(memory),
        `${((memory - start) / instances).toFixed(0)} B`,
      ];
    });
    printTable(
      [
        'instances',
        'nodes',
        'packing, tables',
        'diagram',
        'measures',
        'an instance',
        'peak memory',
        'an instance',
      ],
      rows,
    );
    figure('peak memory of 10⁶ synthetic instances, 5 × 32 units', rows[2][6]);
    const growth = perInstance[2] / perInstance[0];
    goal(
      'time per instance, 10⁶ against 10⁴',
      `${perInstance[2].toFixed(2)} µs, ${growth.toFixed(2)}x`,
      `linear: ≤ ${LINEAR}x`,
      growth <= LINEAR,
    );
  },
);
