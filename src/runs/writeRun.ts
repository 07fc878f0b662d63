import { access, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/errors';
import { bytesPerRow, toPackedBytes } from '../core/patterns/packing';
import { recordedPatterns, type RecordedLevel, type Snapshot } from '../core/patterns/snapshot';
import { writeNpz, type NamedArray } from '../data/arrays/writeNpz';
import { makeFolder, writeAtomically, writeFileAtomically, writingError } from './atomic';
import { checkNotFollowed } from './followLock';
import { manifestName, parseManifest, type Manifest, type ManifestSnapshot } from './manifest';
import { fileWithin, readManifestText } from './readRun';

/** Everything of a manifest but the snapshots, which come one by one. */
export type RunHeader = Omit<Manifest, 'snapshots'>;

/** True when a folder holds a run. */
export async function isRun(folder: string): Promise<boolean> {
  return access(path.join(folder, manifestName)).then(
    () => true,
    () => false,
  );
}

/** What is said of an output folder that must not be overwritten. */
export function isRunAlready(folder: string): InputError {
  return new InputError(folder, 'is a run already; choose another folder, or replace it with --force');
}

/**
 * Writes a run, snapshot by snapshot. The manifest is written anew after each one, so that the folder is a whole run at
 * every moment from the first snapshot on (or from `open` on), and none before.
 */
export class RunWriter {
  private readonly manifest: Manifest;
  private started = false;
  private created: string | undefined;

  private constructor(
    readonly folder: string,
    header: RunHeader,
    private readonly replace: boolean,
  ) {
    this.manifest = { ...header, classes: [...header.classes], snapshots: [] };
  }

  /**
   * Checks that a run can be written to a folder, and makes the folder.
   * @param force replace a run that is there; its files go when the first new snapshot is ready
   * @throws InputError when it is a run already and `force` is not set, checkpoints are recorded into it as they come, or it
   * cannot be written
   */
  static async create(folder: string, header: RunHeader, force = false): Promise<RunWriter> {
    const replace = await isRun(folder);
    if (replace && !force) throw isRunAlready(folder);
    if (replace) await checkNotFollowed(folder);
    const writer = new RunWriter(folder, header, replace);
    try {
      writer.created = await makeFolder(path.join(folder, 'patterns'));
      await writeFileAtomically(path.join(folder, 'patterns', '.write-test'), '');
      await rm(path.join(folder, 'patterns', '.write-test'));
    } catch (error) {
      throw writingError(error, folder);
    }
    return writer;
  }

  /**
   * Goes on with a run that is there: its manifest is written without the snapshots that are not to be kept, then their
   * files are removed. What other programs noted in the manifest stays.
   * @param keep whether a snapshot stays; all do when absent
   * @throws InputError when there is no run, it is damaged, or cannot be written
   */
  static async resume(
    folder: string,
    keep: (snapshot: ManifestSnapshot, index: number) => boolean = () => true,
  ): Promise<RunWriter> {
    const manifest = parseManifest(await readManifestText(folder), path.join(folder, manifestName));
    const writer = new RunWriter(folder, manifest, false);
    const cut = manifest.snapshots.filter((snapshot, index) => !keep(snapshot, index));
    writer.manifest.snapshots = manifest.snapshots.filter((snapshot) => !cut.includes(snapshot));
    await makeFolder(path.join(folder, 'patterns'));
    await writer.open();
    for (const file of filesOfCut(folder, manifest, cut)) await rm(file, { recursive: true, force: true });
    return writer;
  }

  /** Snapshots that are written, in order. */
  get snapshots(): readonly ManifestSnapshot[] {
    return this.manifest.snapshots;
  }

  /** Makes the folder a run before its first snapshot, so that it can be followed from the start. */
  async open(): Promise<void> {
    if (!this.started && this.replace) await removeRun(this.folder);
    this.started = true;
    await this.writeManifest();
  }

  /** Adds a snapshot at the end: its patterns first, then the manifest that names them. */
  async add(snapshot: Snapshot, model?: ManifestSnapshot['model'], accuracy?: number): Promise<void> {
    const entry = await this.writePatterns(snapshot, model, accuracy);
    this.manifest.snapshots.push(entry);
    await this.writeManifest();
  }

  /**
   * Puts a snapshot where it belongs by epoch and step, behind those of the same moment; one that is given takes its place.
   * @returns its index
   */
  async put(
    snapshot: Snapshot,
    model?: ManifestSnapshot['model'],
    accuracy?: number,
    replaced?: ManifestSnapshot,
  ): Promise<number> {
    const entry = await this.writePatterns(snapshot, model, accuracy);
    const others = this.manifest.snapshots.filter((other) => other !== replaced);
    const index = others.findLastIndex((other) => isBefore(other, entry)) + 1;
    this.manifest.snapshots = others.toSpliced(index, 0, entry);
    await this.writeManifest();
    const old = replaced && fileWithin(this.folder, replaced.patterns);
    // Only now: until the manifest was written, the run was whole with the old one.
    if (old) await rm(old, { force: true });
    return index;
  }

  /** Takes back the folders that were made, when nothing was written into them. */
  async abandon(): Promise<void> {
    if (this.started) return;
    for (let folder = path.join(this.folder, 'patterns'); this.created; folder = path.dirname(folder)) {
      await rmdir(folder).catch(() => undefined);
      if (folder === this.created || folder === path.dirname(folder)) break;
    }
  }

  /** Writes the patterns of a snapshot, under a name that no other has. */
  private async writePatterns(
    snapshot: Snapshot,
    model: ManifestSnapshot['model'],
    accuracy: number | undefined,
  ): Promise<ManifestSnapshot> {
    if (!this.started && this.replace) await removeRun(this.folder);
    this.started = true;
    const patterns = `patterns/${this.fileName(snapshot)}`;
    const file = path.join(this.folder, patterns);
    await writeAtomically(file, (temporary) => writeNpz(temporary, arraysOf(snapshot)));
    const { epoch, step } = snapshot;
    // A model that gives the class itself does not say beforehand how many there are.
    const { classes } = this.manifest;
    const most = snapshot.predicted.reduce((largest, output) => Math.max(largest, output), -1);
    while (classes.length <= most) classes.push(String(classes.length));
    return { epoch, step, patterns, model, accuracy, patternCounts: recordedPatterns(snapshot) };
  }

  private writeManifest(): Promise<void> {
    const file = path.join(this.folder, manifestName);
    return writeFileAtomically(file, `${JSON.stringify(this.manifest, null, 1)}\n`);
  }

  /** `epoch-0003.npz`; with a counter when the epoch is there already (snapshots within an epoch). */
  private fileName(snapshot: Snapshot): string {
    const [whole, fraction = ''] = String(snapshot.epoch).split('.');
    const epoch = whole.padStart(4, '0') + (fraction === '' ? '' : `.${fraction}`);
    const base = `epoch-${epoch}${snapshot.step === undefined ? '' : `-step-${snapshot.step}`}`;
    const taken = new Set(this.manifest.snapshots.map(({ patterns }) => patterns));
    let name = `${base}.npz`;
    for (let k = 2; taken.has(`patterns/${name}`); k++) name = `${base}-${k}.npz`;
    return name;
  }
}

/** Whether a snapshot is of the same moment as another, or of one before it. */
function isBefore(a: ManifestSnapshot, b: ManifestSnapshot): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && (a.step ?? -1) <= (b.step ?? -1));
}

/**
 * Files of snapshots that were cut from a manifest: their patterns, and their checkpoints (`models/epoch-0003`) where the
 * run itself trained them. Files that a snapshot still names, and files outside the run, are not among them.
 */
function filesOfCut(folder: string, { snapshots, training }: Manifest, cut: ManifestSnapshot[]): string[] {
  const filesOf = ({ patterns, model }: ManifestSnapshot): string[] => {
    const files = [fileWithin(folder, patterns)];
    const checkpoint = training && model && fileWithin(folder, model.path);
    const [room, name] = checkpoint ? path.relative(folder, checkpoint).split(path.sep) : [];
    if (room === 'models' && name !== undefined) files.push(path.join(folder, room, name));
    return files.filter((file) => file !== undefined);
  };
  const kept = new Set(snapshots.filter((snapshot) => !cut.includes(snapshot)).flatMap(filesOf));
  return cut.flatMap(filesOf).filter((file) => !kept.has(file));
}

/** Removes the files of a run that its manifest names, and the manifest. Anything else in the folder stays. */
async function removeRun(folder: string): Promise<void> {
  const file = path.join(folder, manifestName);
  const content = await readManifestText(folder);
  let snapshots: ManifestSnapshot[] = [];
  try {
    ({ snapshots } = parseManifest(content, file));
  } catch (error) {
    // A damaged manifest is replaced all the same; it just cannot say which files were its own.
    if (!(error instanceof InputError)) throw error;
  }
  await rm(file);
  for (const { patterns } of snapshots) {
    const old = path.resolve(folder, patterns);
    if (old.startsWith(path.resolve(folder) + path.sep)) await rm(old, { force: true });
  }
}

/** The arrays of a snapshot's `.npz`. */
function* arraysOf(snapshot: Snapshot): Iterable<NamedArray> {
  yield { name: 'instance', data: snapshot.instances };
  if (snapshot.labels) yield { name: 'label', data: snapshot.labels };
  yield { name: 'output', data: snapshot.predicted };
  if (snapshot.splits) yield { name: 'split', data: snapshot.splits };
  for (const [l, level] of snapshot.levels.entries()) yield* arraysOfLevel(level, `l${l}`);
}

function* arraysOfLevel(level: RecordedLevel, name: string): Iterable<NamedArray> {
  const { units, bits } = level.layer;
  const width = bytesPerRow(units, bits);
  if (level.exact) {
    const { patterns, of } = level.exact;
    yield { name, data: toPackedBytes(patterns, of), shape: [of.length, width] };
    return;
  }
  const { modes, of, distance } = level.coarse;
  yield { name: `${name}_prototypes`, data: toPackedBytes(modes), shape: [modes.count, width] };
  yield { name: `${name}_prototype`, data: of };
  yield { name: `${name}_distance`, data: distance };
}
