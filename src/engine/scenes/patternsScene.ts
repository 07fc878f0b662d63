import { nodeClasses } from '../../core/diagram';
import type { LevelNodes } from '../../core/nodes';
import { pieceOf, type PackedPatterns } from '../../core/patterns/packing';
import { unitInformation } from '../../core/measures/unitInformation';
import type { PatternsScene } from '../../protocol/scene';
import { levelHead, wordOf } from './columnHeads';
import type { CheckedState, ShownSnapshot } from '../analysis/shownSnapshot';
import type { OpenedRun } from '../analysis/runStore';
import { newColumn } from './continuity';
import { headOf } from './flowScene';
import type { SceneModel } from './sceneModel';

/** Most units that are sent; what tells less of the classes is left out. */
const MOST_UNITS = 512;

/** What the scene holds when no instances are left. */
const nothing = {
  instances: 0,
  units: new Int32Array(),
  information: new Float64Array(),
  unitState: new Uint8Array(),
  node: new Int32Array(),
  occurrences: new Int32Array(),
  majority: new Int32Array(),
  purity: new Float64Array(),
  piecesOf: new Uint8Array(),
  allPatterns: 0,
  ...newColumn(0),
};

/** The patterns view: the largest nodes of one level, their units sorted by what they tell of the classes. */
export function patternsModel(
  key: string,
  { run }: OpenedRun,
  { state }: CheckedState,
  look: ShownSnapshot,
): SceneModel {
  const l = state.level;
  const layer = run.layers[l];
  const { shown, classing, classes } = look;
  const kind = 'patterns';
  const word = shown ? wordOf(shown.resolved[l]) : 'pattern';
  const common = { kind, word, classes, level: l, pieces: layer.pieces, allUnits: layer.units } as const;
  if (!shown || !classing) {
    const scene: PatternsScene = { ...common, ...nothing, head: { title: [layer.name], lines: [] } };
    return {
      key,
      kind,
      instances: new Int32Array(),
      classOf: new Int32Array(),
      columns: [],
      flows: [],
      scene,
    };
  }
  const { nodes, patterns } = shown.resolved[l];
  // What units tell is read off the exact patterns where they were kept.
  const { exact } = shown.snapshot.levels[l];
  const { classOf } = classing;
  const units = unitInformation({
    ...(exact ?? { patterns, of: nodes.of }),
    classOf,
    classes: classing.classes.length,
    pieces: layer.pieces,
  });
  const byInformation = Int32Array.from(units.information.keys()).sort(
    (a, b) => units.information[b] - units.information[a] || a - b,
  );
  const unitsShown = byInformation.slice(0, MOST_UNITS);
  const largest = largestFirst(nodes);
  const rows = largest.slice(0, state.budget);
  const ofClasses = nodeClasses(nodes, classOf, classing.classes.length);
  const piecesOf = piecesShown(patterns, rows, unitsShown);
  const scene: PatternsScene = {
    ...common,
    instances: shown.snapshot.instances.length,
    head: headOf(levelHead(run, shown.resolved[l], shown.diagram.levels[l].labels, l)),
    units: unitsShown,
    information: Float64Array.from(unitsShown, (j) => units.information[j]),
    unitState: Uint8Array.from(unitsShown, (j) => units.state[j]),
    node: rows,
    occurrences: rows.map((n) => nodes.occurrences[n]),
    majority: rows.map((n) => ofClasses.majority[n]),
    purity: Float64Array.from(rows, (n) => ofClasses.purity[n]),
    piecesOf,
    allPatterns: largest.length,
    ...newColumn(rows.length),
  };
  const rowOf = new Int32Array(nodes.count).fill(-1);
  rows.forEach((n, r) => {
    rowOf[n] = r;
  });
  const column = {
    source: l,
    blocks: rows.length,
    of: nodes.of.map((n) => rowOf[n]),
    nodes: { of: nodes.of, count: nodes.count, blockOf: rowOf },
  };
  return { key, kind, instances: shown.snapshot.instances, classOf, columns: [column], flows: [], scene };
}

/** Pieces of the nodes in `rows`, [rows, units]. */
function piecesShown(patterns: PackedPatterns, rows: Int32Array, units: Int32Array): Uint8Array {
  const pieces = new Uint8Array(rows.length * units.length);
  rows.forEach((n, r) => {
    units.forEach((j, u) => {
      pieces[r * units.length + u] = pieceOf(patterns, n, j);
    });
  });
  return pieces;
}

/** Nodes that have instances, the largest first. */
function largestFirst({ occurrences }: LevelNodes): Int32Array {
  return Int32Array.from(occurrences.keys())
    .filter((n) => occurrences[n] > 0)
    .sort((a, b) => occurrences[b] - occurrences[a] || a - b);
}
