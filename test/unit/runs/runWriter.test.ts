import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { packIndices } from '../../../src/core/patterns/packing';
import { patternLevel } from '../../../src/core/patterns/patternTable';
import { Random } from '../../../src/core/random';
import type { Layer, Snapshot } from '../../../src/core/patterns/snapshot';
import { ByteCache } from '../../../src/engine/work/byteCache';
import { createEngineHandlers } from '../../../src/engine/engineHandlers';
import { initialState } from '../../../src/protocol/state';
import { parseManifest, type Manifest } from '../../../src/runs/manifest';
import { openRun, readSnapshot, snapshotIndex } from '../../../src/runs/readRun';
import { RunLock } from '../../../src/runs/runLock';
import { RunWriter, type RunHeader } from '../../../src/runs/writeRun';
import { temporaryFolder } from '../../helpers/setup';

const layer: Layer = { name: 'relu', activation: 'Relu', units: 12, shape: [12], bits: 1, pieces: 2 };
const header: RunHeader = {
  formatVersion: 1,
  name: 'begun',
  dataset: { path: '../data.npy', rows: 30 },
  classes: ['a', 'b'],
  layers: [layer],
};

function snapshotOf(epoch: number): Snapshot {
  const random = new Random(epoch + 1);
  const pieces = Uint8Array.from({ length: 30 * 12 }, () => random.below(2));
  return {
    epoch,
    instances: Int32Array.from({ length: 30 }, (_, i) => i),
    predicted: Int32Array.from({ length: 30 }, () => random.below(2)),
    levels: [{ layer, exact: patternLevel(packIndices(pieces, 30, 12, 1)) }],
  };
}

describe('a run that is being written', () => {
  const at = temporaryFolder('test');
  let folder = '';
  beforeEach(() => (folder = at('run')));

  let lock: RunLock | undefined;
  /** The run's lock, taken anew: what was begun before is over. */
  const locked = async () => {
    await lock?.release();
    return (lock = await RunLock.take(folder, 'record'));
  };
  const manifest = () =>
    JSON.parse(readFileSync(path.join(folder, 'apd-run.json'), 'utf8')) as Manifest & Record<string, unknown>;
  const inRun = (name: string) => existsSync(path.join(folder, name));

  async function withSnapshots(count: number, more: Partial<RunHeader> = {}): Promise<RunWriter> {
    const writer = await RunWriter.create(await locked(), { ...header, ...more });
    for (let epoch = 0; epoch < count; epoch++) {
      const model = `models/epoch-000${epoch}/model.json`;
      mkdirSync(path.dirname(path.join(folder, model)), { recursive: true });
      writeFileSync(path.join(folder, model), '{}');
      await writer.add(snapshotOf(epoch), { path: model });
    }
    return writer;
  }

  it('can be opened before its first snapshot, and says that there is none', async () => {
    const writer = await RunWriter.create(await locked(), header);
    await assert.rejects(openRun(folder), InputError);
    await writer.open();
    const run = await openRun(folder);
    assert.throws(() => snapshotIndex(run), /has no snapshot yet/);
    await assert.rejects(readSnapshot(run, 0), /has no snapshot yet/);
    const service = createEngineHandlers(() => undefined, new ByteCache());
    const info = await service['run/open']({ folder }, {});
    assert.deepEqual([info.snapshots, info.labelled, info.name], [[], false, 'begun']);
    const timeline = await service['run/timeline']({ folder }, {});
    assert.deepEqual([timeline.epochs, timeline.patterns], [[], [[]]]);
    const drawing = async () => service['scene/draw']({ folder, state: initialState, height: 600 }, {});
    await assert.rejects(drawing(), { name: 'InputError', message: /has no snapshot yet: the first one/ });
    await assert.rejects(async () => service['run/report']({ folder, resolution: 'auto' }, {}), InputError);
    await writer.add(snapshotOf(0));
    assert.equal((await service['run/open']({ folder }, {})).snapshots.length, 1);
    assert.equal((await drawing()).kind, 'flow');
  });

  it('replaces a run, where that is wanted, when it is opened', async () => {
    await withSnapshots(2);
    const writer = await RunWriter.create(await locked(), { ...header, name: 'anew' }, true);
    assert.equal(manifest().snapshots.length, 2);
    await writer.open();
    assert.deepEqual([manifest().name, manifest().snapshots.length], ['anew', 0]);
    assert.ok(!inRun('patterns/epoch-0000.npz'));
  });

  it('goes on where it ended', async () => {
    await withSnapshots(2);
    const writer = await RunWriter.resume(await locked());
    assert.equal(writer.snapshots.length, 2);
    await writer.add(snapshotOf(2));
    const run = await openRun(folder);
    assert.deepEqual(
      run.manifest.snapshots.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.deepEqual((await readSnapshot(run, 1)).predicted, snapshotOf(1).predicted);
  });

  it('is cut back to its first snapshots, whose files and notes of other programs stay', async () => {
    await withSnapshots(4, { training: { config: 'train.json' } });
    writeFileSync(
      path.join(folder, 'apd-run.json'),
      JSON.stringify({ ...manifest(), note: { by: 'another program' } }),
    );
    writeFileSync(path.join(folder, 'models', 'mine.txt'), 'not a checkpoint');
    const writer = await RunWriter.resume(await locked(), ({ epoch }) => epoch < 2);
    assert.deepEqual(manifest().note, { by: 'another program' });
    assert.deepEqual(
      manifest().snapshots.map(({ epoch }) => epoch),
      [0, 1],
    );
    for (const epoch of [0, 1, 2, 3]) {
      assert.equal(inRun(`patterns/epoch-000${epoch}.npz`), epoch < 2);
      assert.equal(inRun(`models/epoch-000${epoch}/model.json`), epoch < 2);
    }
    assert.ok(inRun('models/mine.txt'));
    await writer.add(snapshotOf(2));
    assert.equal((await openRun(folder)).manifest.snapshots[2].patterns, 'patterns/epoch-0002.npz');
  });

  it('leaves models alone that it did not train, and files that are named twice or lie elsewhere', async () => {
    await withSnapshots(3);
    const outside = path.join(path.dirname(folder), 'precious.npz');
    writeFileSync(outside, 'x');
    const { snapshots, ...rest } = manifest();
    snapshots[1].patterns = snapshots[0].patterns;
    snapshots[2].patterns = '../precious.npz';
    writeFileSync(path.join(folder, 'apd-run.json'), JSON.stringify({ ...rest, snapshots }));
    await RunWriter.resume(await locked(), (_, index) => index === 0);
    assert.ok(existsSync(outside));
    assert.ok(inRun('patterns/epoch-0000.npz'));
    for (const epoch of [0, 1, 2]) assert.ok(inRun(`models/epoch-000${epoch}/model.json`));
  });

  it('is not gone on with where there is none, or a damaged one', async () => {
    await assert.rejects(RunWriter.resume(await locked()), /is no run/);
    await withSnapshots(1);
    writeFileSync(path.join(folder, 'apd-run.json'), '{"formatVersion": 1');
    await assert.rejects(RunWriter.resume(await locked()), InputError);
    assert.ok(inRun('patterns/epoch-0000.npz'));
  });
});

describe('the manifest of a trained run', () => {
  const text = (extra: object) => JSON.stringify({ ...header, snapshots: [], ...extra });

  it('names its configuration and its changed labels', () => {
    const labelNoise = { path: 'label-noise.npz', share: 0.1, seed: 3, flipped: 161 };
    const parsed = parseManifest(
      text({ training: { config: 'a.json', seed: 1 }, labelNoise, other: 1 }),
      'm',
    );
    assert.deepEqual(parsed.training, { config: 'a.json', seed: 1 });
    assert.deepEqual(parsed.labelNoise, labelNoise);
  });

  it('is refused where these are something else', () => {
    const noise = { path: 'x', share: 0.1, seed: 3, flipped: 1 };
    for (const [extra, place] of [
      [{ training: {} }, /training/],
      [{ training: 'a.json' }, /training/],
      [{ labelNoise: { ...noise, share: 2 } }, /labelNoise\/share/],
      [{ labelNoise: { ...noise, flipped: -1 } }, /labelNoise\/flipped/],
      [{ labelNoise: { path: 'x' } }, /labelNoise/],
    ] as const) {
      assert.throws(() => parseManifest(text(extra), 'm'), place);
    }
  });
});
