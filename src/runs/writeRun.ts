import { access, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/errors';
import { addAll } from '../core/lists';
import { bytesPerRow, toPackedBytes } from '../core/patterns/packing';
import { recordedPatterns, type RecordedLevel, type Snapshot } from '../core/patterns/snapshot';
import { writeNpz, type NamedArray } from '../data/arrays/writeNpz';
import { makeFolder, writeAtomically, writeFileAtomically } from './atomic';
import { MANIFEST_NAME, parseManifest, type Manifest, type ManifestSnapshot } from './manifest';
import { readManifestText } from './readRun';
import { removeOtherModels, removeOtherPatterns, removePatterns, removeTrainingFiles } from './runFiles';
import type { RunLock } from './runLock';
import { wordedFor } from '../core/audience';

/** Everything of a manifest but the snapshots, which come one by one. */
export type RunHeader = Omit<Manifest, 'snapshots'>;

/** True when a folder holds a run. */
export async function isRun(folder: string): Promise<boolean> {
  return access(path.join(folder, MANIFEST_NAME)).then(
    () => true,
    () => false,
  );
}

/** What is said of an output folder that must not be overwritten. */
export function isRunAlready(folder: string): InputError {
  return new InputError(
    folder,
    `is a run already; choose another folder, or replace it${wordedFor({ commandLine: ' with --force', window: '' })}`,
  );
}

/**
 * Writes a run, snapshot by snapshot. The manifest is written anew after each one, so that the folder is a whole run at
 * every moment from the first snapshot on (or from `open` on), and none before; one that is replaced stays until then.
 */
export class RunWriter {
  private readonly manifest: Manifest;
  private started = false;
  private created: string | undefined;

  private constructor(
    private readonly lock: RunLock,
    header: RunHeader,
    /** What the manifest of the run that is replaced names; undefined where none is. */
    private replaced: ReplacedRun | undefined,
  ) {
    this.manifest = { ...header, classes: [...header.classes], snapshots: [] };
  }

  /**
   * Checks that a run can be written to a folder.
   * @param lock the right to write into it
   * @param force replace a run that is there; its files go when the first new snapshot is ready
   * @throws InputError when it is a run already and `force` is not set, or it cannot be written
   */
  static async create(lock: RunLock, header: RunHeader, force = false): Promise<RunWriter> {
    const { folder } = lock;
    const replace = await isRun(folder);
    if (replace && !force) throw isRunAlready(folder);
    const writer = new RunWriter(lock, header, replace ? await replacedRun(folder) : undefined);
    writer.created = await makeFolder(path.join(folder, 'patterns'));
    return writer;
  }

  /**
   * Goes on with a run that is there: its manifest is written without the snapshots that are not to be kept, then their
   * files are removed. What other programs noted in the manifest stays.
   * @param keep whether a snapshot stays; all do when absent
   * @throws InputError when there is no run, it is damaged, or cannot be written
   */
  static async resume(
    lock: RunLock,
    keep: (snapshot: ManifestSnapshot, index: number) => boolean = () => true,
  ): Promise<RunWriter> {
    const { folder } = lock;
    const manifest = parseManifest(await readManifestText(folder), path.join(folder, MANIFEST_NAME));
    const writer = new RunWriter(lock, manifest, undefined);
    writer.manifest.snapshots = manifest.snapshots.filter(keep);
    await makeFolder(path.join(folder, 'patterns'));
    await writer.open();
    await removeOtherPatterns(folder, writer.named);
    if (manifest.training) await removeOtherModels(folder, writer.modelFolders);
    return writer;
  }

  /** The run folder. */
  get folder(): string {
    return this.lock.folder;
  }

  /** Snapshots that are written, in order. */
  get snapshots(): readonly ManifestSnapshot[] {
    return this.manifest.snapshots;
  }

  /** Makes the folder a run before its first snapshot, so that it can be followed from the start. */
  async open(): Promise<void> {
    this.started = true;
    await this.writeManifest();
  }

  /** @throws InputError where the run folder was removed, or another process took it over */
  check(): Promise<void> {
    return this.lock.check();
  }

  /** Adds a snapshot at the end: its patterns first, then the manifest that names them. */
  async add(
    snapshot: Snapshot,
    model?: ManifestSnapshot['model'],
    accuracy?: number,
    classes?: readonly string[],
  ): Promise<void> {
    this.name(snapshot, classes);
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
    this.name(snapshot);
    const entry = await this.writePatterns(snapshot, model, accuracy);
    const others = this.manifest.snapshots.filter((other) => other !== replaced);
    const index = others.findLastIndex((other) => isBefore(other, entry)) + 1;
    this.manifest.snapshots = others.toSpliced(index, 0, entry);
    await this.writeManifest();
    // Only now: until the manifest was written, the run was whole with the old one.
    if (replaced && !this.named.has(replaced.patterns)) await removePatterns(this.folder, replaced.patterns);
    return index;
  }

  /** Takes in what a snapshot's outputs are where they are no classes, and names of further ones. */
  private name({ outcome }: Snapshot, classes: readonly string[] = []): void {
    if (outcome) {
      const { kind, name, columns, edges } = outcome;
      this.manifest.output = { kind, name, columns, edges };
    }
    addAll(this.manifest.classes, classes.slice(this.manifest.classes.length));
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
    await this.check();
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

  /** Patterns that the manifest names. */
  private get named(): Set<string> {
    return new Set(this.manifest.snapshots.map(({ patterns }) => patterns));
  }

  /** Folders of the models that the manifest names. */
  private get modelFolders(): Set<string> {
    return new Set(
      this.manifest.snapshots.flatMap(({ model }) => (model ? [path.posix.dirname(model.path)] : [])),
    );
  }

  private async writeManifest(): Promise<void> {
    await this.check();
    const file = path.join(this.folder, MANIFEST_NAME);
    await writeFileAtomically(file, `${JSON.stringify(this.manifest, null, 1)}\n`);
    const { replaced } = this;
    if (!replaced) return;
    // Only now: at every moment the folder is a whole run, the old one or the new one.
    this.replaced = undefined;
    await removeOtherPatterns(this.folder, this.named);
    if (replaced.trained && !this.manifest.training) await removeTrainingFiles(this.folder);
  }

  /** `epoch-0003.npz`; with a counter when the epoch is there already (snapshots within an epoch). */
  private fileName(snapshot: Snapshot): string {
    const [whole, fraction = ''] = String(snapshot.epoch).split('.');
    const epoch = whole.padStart(4, '0') + (fraction === '' ? '' : `.${fraction}`);
    const base = `epoch-${epoch}${snapshot.step === undefined ? '' : `-step-${snapshot.step}`}`;
    const taken = new Set([...this.named, ...(this.replaced?.patterns ?? [])]);
    let name = `${base}.npz`;
    for (let k = 2; taken.has(`patterns/${name}`); k++) name = `${base}-${k}.npz`;
    return name;
  }
}

/** Whether a snapshot is of the same moment as another, or of one before it. */
function isBefore(a: ManifestSnapshot, b: ManifestSnapshot): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && (a.step ?? -1) <= (b.step ?? -1));
}

/** What has to be known of a run that is replaced. */
interface ReplacedRun {
  /** Files of its snapshots, which stay until there is another run. */
  patterns: ReadonlySet<string>;
  trained: boolean;
}

async function replacedRun(folder: string): Promise<ReplacedRun> {
  try {
    const content = await readManifestText(folder);
    const { snapshots, training } = parseManifest(content, path.join(folder, MANIFEST_NAME));
    return { patterns: new Set(snapshots.map(({ patterns }) => patterns)), trained: training !== undefined };
  } catch (error) {
    // A damaged manifest is replaced all the same: there is no whole run to be kept until then.
    if (!(error instanceof InputError)) throw error;
    return { patterns: new Set(), trained: false };
  }
}

/** The arrays of a snapshot's `.npz`. */
function* arraysOf(snapshot: Snapshot): Iterable<NamedArray> {
  yield { name: 'instance', data: snapshot.instances };
  if (snapshot.labels) yield { name: 'label', data: snapshot.labels };
  const { outcome, targets } = snapshot;
  if (targets) yield { name: 'target', data: targets };
  if (outcome?.kind !== 'none') yield { name: 'output', data: snapshot.predicted };
  if (outcome?.values) {
    const { values, columns = 1 } = outcome;
    yield { name: 'value', data: values, shape: [values.length / columns, columns] };
  }
  if (snapshot.splits) yield { name: 'split', data: snapshot.splits };
  if (snapshot.margin) yield { name: 'margin', data: snapshot.margin };
  if (snapshot.confidence) yield { name: 'confidence', data: snapshot.confidence };
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
