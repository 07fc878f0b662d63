import { InputError } from '../../core/errors';
import { nearestReference } from '../../core/measures/nearestReference';
import { noveltyOf, type Novelty } from '../../core/measures/novelty';
import { pathsThrough } from '../../core/paths';
import { nodesOfLevel, type RecordedLevel, type Snapshot } from '../../core/patterns/snapshot';
import { formatCount } from '../../core/wording';
import { readColumns } from '../../runs/readColumns';
import { readSnapshot, type Run } from '../../runs/readRun';
import { takeSteps } from '../work/takeSteps';
import type { Work } from '../work/work';

/** What is compared with what. */
export interface NoveltyQuestion {
  /** Index of the snapshot; the last where absent. */
  snapshot?: number;
  /** Name of the split that stands for what was seen, such as the training data. */
  reference: string;
  /** Name of the split that is asked about; all others where absent. */
  split?: string;
}

/** A level, for one split. */
export interface LevelNovelty extends Novelty {
  name: string;
  units: number;
  /** Whether `unseen` is above what like data would have. */
  shifted: boolean;
  /** Mean of the nearest distances, in units; absent where only prototypes were kept. */
  distance?: number;
}

/** A split beside the reference. */
export interface SplitNovelty {
  name: string;
  /** Its number among the run's splits. */
  index: number;
  instances: number;
  levels: LevelNovelty[];
  /** The same for the paths through all levels. */
  paths: Novelty & { shifted: boolean };
}

/** How far instances are from what a reference split shows. */
export interface RunNovelty {
  epoch: number;
  reference: { name: string; instances: number };
  splits: SplitNovelty[];
  layers: { name: string; units: number }[];
  snapshot: Snapshot;
  /** Largest softmax probability of each row, where the run has it. */
  confidence?: Float32Array;
  /** Nearest Hamming distance in units of each row of the snapshot, by level; −1 for rows that were not asked for. */
  distances: (Int32Array | undefined)[];
  /** Rows that were asked for, the farthest from the reference first: by the first level, equals by the next ones. */
  order: Int32Array;
  notices: string[];
}

/**
 * Tells what of the other splits a reference split has not shown.
 * @throws InputError where the run has no snapshot, no splits, or none of that name
 */
export async function findNovelty(run: Run, question: NoveltyQuestion, work: Work): Promise<RunNovelty> {
  const count = run.manifest.snapshots.length;
  if (count === 0) throw new InputError(run.folder, 'has no snapshots yet');
  const reference = splitIndex(run, question.reference);
  const others = othersOf(run, question, reference);
  const index = question.snapshot ?? count - 1;
  const snapshot = await readSnapshot(run, index);
  const { confidence } = await readColumns(run, index);
  const { splits } = snapshot;
  if (!splits) throw new InputError(run.folder, `has no splits at epoch ${snapshot.epoch}`);
  const isReference = rowsIn(splits, [reference.index]);
  if (!isReference.includes(1)) {
    throw new InputError(run.folder, `has no instances of the split ${reference.name}`);
  }
  const isWanted = rowsIn(
    splits,
    others.map(({ index }) => index),
  );
  const notices: string[] = [];
  const distances: (Int32Array | undefined)[] = [];
  for (const [l, level] of snapshot.levels.entries()) {
    work.onProgress?.(`Level ${l + 1} of ${snapshot.levels.length}`, l / snapshot.levels.length);
    distances.push(await distancesIn(level, { isReference, isWanted, notices }, work));
  }
  const nodes = snapshot.levels.map(nodesOfLevel);
  const paths = pathsThrough(nodes);
  return {
    epoch: snapshot.epoch,
    reference: { name: reference.name, instances: isReference.reduce((sum, is) => sum + is, 0) },
    splits: others.map(({ name, index }) => {
      const isOther = rowsIn(splits, [index]);
      const ofPaths = noveltyOf(paths, isReference, isOther);
      return {
        name,
        index,
        instances: ofPaths.instances,
        levels: snapshot.levels.map(({ layer }, l) => {
          const novelty = noveltyOf(nodes[l], isReference, isOther);
          const distance = meanOver(distances[l], isOther);
          return { name: layer.name, units: layer.units, ...novelty, shifted: isShift(novelty), distance };
        }),
        paths: { ...ofPaths, shifted: isShift(ofPaths) },
      };
    }),
    layers: snapshot.levels.map(({ layer: { name, units } }) => ({ name, units })),
    snapshot,
    confidence,
    distances,
    order: farthestFirst(distances, isWanted),
    notices,
  };
}

const isShift = ({ unseen, interval }: Novelty): boolean => unseen > interval[1];

function splitIndex(run: Run, name: string): { name: string; index: number } {
  const names = (run.manifest.splits ?? []).map((split) => split.name);
  const index = names.indexOf(name);
  if (index >= 0) return { name, index };
  const known = names.length > 0 ? `its splits are ${names.join(', ')}` : 'it has none';
  throw new InputError(run.folder, `has no split ${name}; ${known}`);
}

function othersOf(run: Run, { split }: NoveltyQuestion, reference: { name: string; index: number }) {
  if (split === reference.name) {
    throw new InputError(
      run.folder,
      `would be compared with itself: ${split} is the reference, expected another split`,
    );
  }
  if (split !== undefined) return [splitIndex(run, split)];
  const others = run.manifest.splits!.map(({ name }, index) => ({ name, index }));
  if (others.length === 1) {
    throw new InputError(
      run.folder,
      `has one split alone, ${reference.name}: there is nothing to compare with it`,
    );
  }
  return others.filter(({ index }) => index !== reference.index);
}

function rowsIn(splits: Uint8Array, wanted: readonly number[]): Uint8Array {
  return splits.map((split) => (wanted.includes(split) ? 1 : 0));
}

async function distancesIn(
  { exact, layer }: RecordedLevel,
  rows: { isReference: Uint8Array; isWanted: Uint8Array; notices: string[] },
  work: Work,
): Promise<Int32Array | undefined> {
  const { isReference, isWanted, notices } = rows;
  if (!exact) {
    notices.push(`${layer.name}: only prototypes were kept, so there are no distances.`);
    return undefined;
  }
  const found = await takeSteps(nearestReference(exact, isReference, isWanted), work);
  if (found.compared < found.patterns) {
    notices.push(
      `${layer.name}: distances are to the nearest of ${formatCount(found.compared)} patterns, drawn from the ` +
        `${formatCount(found.patterns)} of the reference.`,
    );
  }
  return exact.of.map((pattern, row) => (isWanted[row] === 1 ? found.distance[pattern] : -1));
}

function meanOver(distances: Int32Array | undefined, isOther: Uint8Array): number | undefined {
  if (!distances) return undefined;
  let sum = 0;
  let count = 0;
  distances.forEach((distance, row) => {
    if (isOther[row] !== 1) return;
    sum += distance;
    count++;
  });
  return count === 0 ? undefined : sum / count;
}

/** What is new shows in early levels first: later ones map it to what they know. */
function farthestFirst(distances: readonly (Int32Array | undefined)[], isWanted: Uint8Array): Int32Array {
  const known = distances.filter((column) => column !== undefined);
  const rows = Int32Array.from(isWanted.keys()).filter((row) => isWanted[row] === 1);
  return rows.sort((a, b) => {
    for (const column of known) if (column[a] !== column[b]) return column[b] - column[a];
    return a - b;
  });
}
