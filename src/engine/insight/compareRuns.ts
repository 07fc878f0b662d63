import { adjustedInformation, type Grouping } from '../../core/measures/adjustedInformation';
import { measureNodes } from '../../core/measures/measures';
import { InputError } from '../../core/errors';
import { nodesOf } from '../../core/nodes';
import { isJudged } from '../../core/patterns/outcome';
import { nodesOfLevel, type Snapshot } from '../../core/patterns/snapshot';
import { checkHasSnapshots, readSnapshot, type Run } from '../../runs/readRun';
import { letMessagesIn, type Work } from '../work/work';

/** A snapshot of a run. */
export interface Compared {
  run: Run;
  /** Index of the snapshot; the last where absent. */
  index?: number;
}

/** One side of a comparison, of the instances that both have. */
export interface ComparedSide {
  name: string;
  epoch: number;
  step?: number;
  /** Instances of the snapshot, with those that the other has not. */
  instances: number;
  accuracy?: number;
  levels: { name: string; units: number; patterns: number; entropy: number }[];
}

/** An instance that another class is predicted for. */
export interface ChangedInstance {
  instance: number;
  label?: number;
  a: number;
  b: number;
}

/** Two snapshots of the same instances. */
export interface Comparison {
  a: ComparedSide;
  b: ComparedSide;
  /** Instances that both have. */
  common: number;
  /** Adjusted mutual information of every level of A (rows) with every level of B, the outputs last on both sides. */
  information: number[][];
  /** Share of the common instances for which another class is predicted. */
  churn?: number;
  /** How many are right in both, in A alone, in B alone, in neither; absent without labels. */
  right?: { both: number; onlyA: number; onlyB: number; neither: number };
  changed: ChangedInstance[];
  notices: string[];
}

/**
 * Compares two snapshots, of one run or two, of networks of any architectures. Instances are joined by their numbers.
 * @throws InputError where they have no instance in common, or outputs that are no classes
 */
export async function compareRuns(a: Compared, b: Compared, work: Work): Promise<Comparison> {
  const [first, second] = [await snapshotOf(a), await snapshotOf(b)];
  const rows = commonRows(first, second);
  if (rows.length === 0) {
    throw new InputError(
      b.run.folder,
      `has no instance in common with ${a.run.folder}, so nothing can be compared`,
    );
  }
  const rowsA = Int32Array.from(rows, ([row]) => row);
  const rowsB = Int32Array.from(rows, ([, row]) => row);
  const groupsA = groupingsOf(first, rowsA, a.run);
  const groupsB = groupingsOf(second, rowsB, b.run);
  const information: number[][] = [];
  for (const [k, one] of groupsA.entries()) {
    await letMessagesIn(work);
    work.onProgress?.(`Level ${k + 1} of ${groupsA.length}`, k / groupsA.length);
    information.push(groupsB.map((other) => adjustedInformation(one, other)));
  }
  const judged = isJudged(a.run.manifest.output) && isJudged(b.run.manifest.output);
  const notices = noticesOf(first, second, { rowsA, rowsB });
  return {
    a: sideOf(a.run, first, rowsA),
    b: sideOf(b.run, second, rowsB),
    common: rows.length,
    information,
    ...(judged ? outcomes(first, second, { rowsA, rowsB }) : { changed: [] }),
    notices: judged ? notices : [...notices, 'The outputs are no classes: who changed sides is not told.'],
  };
}

async function snapshotOf({ run, index }: Compared): Promise<Snapshot> {
  checkHasSnapshots(run);
  return readSnapshot(run, index ?? run.manifest.snapshots.length - 1);
}

/** Rows of the instances that both have, in the order of the first. */
function commonRows(a: Snapshot, b: Snapshot): [number, number][] {
  const rowInB = new Map(Array.from(b.instances, (instance, row) => [instance, row]));
  const rows: [number, number][] = [];
  a.instances.forEach((instance, row) => {
    const other = rowInB.get(instance);
    if (other !== undefined) rows.push([row, other]);
  });
  return rows;
}

/** The nodes of each level, then the outputs, of some rows. */
function groupingsOf({ levels, predicted }: Snapshot, rows: Int32Array, run: Run): Grouping[] {
  const pick = (of: Int32Array) => rows.map((row) => of[row]);
  const ofLevels = levels.map((level) => {
    const nodes = nodesOfLevel(level);
    return { of: pick(nodes.of), count: nodes.count };
  });
  const outputs = pick(predicted);
  const classes = outputs.reduce((most, output) => Math.max(most, output + 1), run.manifest.classes.length);
  return [...ofLevels, { of: outputs, count: classes }];
}

function sideOf({ manifest }: Run, snapshot: Snapshot, rows: Int32Array): ComparedSide {
  const { epoch, step, instances, labels, predicted, levels } = snapshot;
  const right = labels && rows.reduce((sum, row) => sum + (labels[row] === predicted[row] ? 1 : 0), 0);
  return {
    name: manifest.name,
    epoch,
    step,
    instances: instances.length,
    accuracy: right === undefined || !isJudged(manifest.output) ? undefined : right / rows.length,
    levels: levels.map((level) => {
      const { of, count } = nodesOfLevel(level);
      const { patterns, entropy } = measureNodes(
        nodesOf(
          rows.map((row) => of[row]),
          count,
        ),
      );
      return { name: level.layer.name, units: level.layer.units, patterns, entropy };
    }),
  };
}

interface JoinedRows {
  rowsA: Int32Array;
  rowsB: Int32Array;
}

function outcomes(
  a: Snapshot,
  b: Snapshot,
  { rowsA, rowsB }: JoinedRows,
): Pick<Comparison, 'churn' | 'right' | 'changed'> {
  const changed: ChangedInstance[] = [];
  const right = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  rowsA.forEach((row, k) => {
    const [inA, inB] = [a.predicted[row], b.predicted[rowsB[k]]];
    const label = a.labels?.[row];
    if (inA !== inB) changed.push({ instance: a.instances[row], label, a: inA, b: inB });
    const [rightA, rightB] = [inA === label, inB === label];
    right[rightA ? (rightB ? 'both' : 'onlyA') : rightB ? 'onlyB' : 'neither']++;
  });
  return { churn: changed.length / rowsA.length, right: a.labels && right, changed };
}

function noticesOf(a: Snapshot, b: Snapshot, { rowsA, rowsB }: JoinedRows): string[] {
  const notices: string[] = [];
  const [leftA, leftB] = [a.instances.length - rowsA.length, b.instances.length - rowsB.length];
  if (leftA > 0 || leftB > 0) {
    notices.push(`Only one of the two has ${leftA} and ${leftB} instances: they are left out.`);
  }
  if (a.labels && b.labels) {
    const other = rowsA.reduce((sum, row, k) => sum + (a.labels![row] === b.labels![rowsB[k]] ? 0 : 1), 0);
    if (other > 0) {
      notices.push(`${other} instances have another label in B; right and wrong are by those of A.`);
    }
  }
  return notices;
}
