import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packIndices } from '../../../../src/core/patterns/packing';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import { resolveLevel, resolveSteps, type ResolvedLevel } from '../../../../src/core/patterns/resolution';
import type { Layer, Snapshot } from '../../../../src/core/patterns/snapshot';
import { ByteCache } from '../../../../src/engine/work/byteCache';
import { filterOf, noFilter, RunStore } from '../../../../src/engine/analysis/runStore';
import type { Work } from '../../../../src/engine/work/work';
import { RunLock } from '../../../../src/runs/runLock';
import { RunWriter } from '../../../../src/runs/writeRun';
import { filterStep } from '../../../helpers/engine';
import { temporaryFolder } from '../../../helpers/setup';

const INSTANCES = 700;
const UNITS = 1600;
const layer: Layer = { name: 'wide', activation: 'Relu', units: UNITS, shape: [UNITS], bits: 1, pieces: 2 };

/** Patterns around twenty centres, all different: a level that is worth keeping. */
function snapshotOf(epoch: number): Snapshot {
  const random = new Random(epoch + 11);
  const centres = Array.from({ length: 20 }, () => Array.from({ length: UNITS }, () => random.below(2)));
  const pieces = new Uint8Array(INSTANCES * UNITS);
  for (let i = 0; i < INSTANCES; i++) {
    const centre = centres[i % centres.length];
    for (let j = 0; j < UNITS; j++) {
      pieces[i * UNITS + j] = random.below(5) === 0 ? random.below(2) : centre[j];
    }
  }
  return {
    epoch,
    instances: Int32Array.from({ length: INSTANCES }, (_, i) => i),
    predicted: Int32Array.from({ length: INSTANCES }, (_, i) => i % 2),
    levels: [{ layer, exact: patternLevel(packIndices(pieces, INSTANCES, UNITS, 1)) }],
  };
}

async function writeRun(folder: string, epochs: number[]): Promise<void> {
  const lock = await RunLock.take(folder, 'record');
  const writer = await RunWriter.create(lock, {
    formatVersion: 1,
    name: 'wide',
    dataset: { path: 'x.npy', rows: INSTANCES },
    classes: ['0', '1'],
    layers: [layer],
  });
  for (const epoch of epochs) await writer.add(snapshotOf(epoch));
  await lock.release();
}

describe('fitted prototypes of a run', function () {
  this.timeout(30_000);
  const at = temporaryFolder();
  let whole = '';
  let folder = '';
  let expected: ResolvedLevel[];
  before(async () => {
    whole = at('whole');
    await writeRun(whole, [0, 1]);
    const first = resolveLevel(snapshotOf(0).levels[0], 'auto');
    expected = [first, resolveLevel(snapshotOf(1).levels[0], 'auto', first)];
  });
  beforeEach(() => {
    folder = at('run');
    rmSync(folder, { recursive: true, force: true });
    cpSync(whole, folder, { recursive: true });
  });

  /** The level in an engine that has just started. */
  async function level(snapshot: number, filter = noFilter, work: Work = {}): Promise<ResolvedLevel> {
    const store = new RunStore(new ByteCache());
    return store.level({
      opened: await store.open(folder),
      index: snapshot,
      l: 0,
      resolution: 'auto',
      filter,
      work,
    });
  }
  const files = () => readdirSync(path.join(folder, 'cache')).sort();

  it('are those of the first time when they are looked at again, without being fitted', async () => {
    assert.deepEqual(await level(1), expected[1]);
    assert.deepEqual(
      files().map((name) => name.replace(/[0-9a-f]{32}/, 'KEY')),
      [0, 1].map((s) => `prototypes-level0-64-snapshot${s}-KEY.bin`),
    );
    const told: string[] = [];
    assert.deepEqual(await level(1, noFilter, { onProgress: (text) => told.push(text) }), expected[1]);
    assert.deepEqual(await level(0, noFilter, { onProgress: (text) => told.push(text) }), expected[0]);
    assert.deepEqual(told, []);
  });

  it('go on from those that were kept of the snapshot before', async () => {
    await level(0);
    assert.equal(files().length, 1);
    assert.deepEqual(await level(1), expected[1]);
  });

  it('are fitted again where their file is damaged, and kept anew', async () => {
    await level(1);
    const file = path.join(folder, 'cache', files()[1]);
    const good = readFileSync(file);
    for (const damage of [
      good.subarray(0, 20),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.from(good.map((byte, at) => (at === 4000 ? byte ^ 1 : byte))),
      Buffer.alloc(0),
      forged(good),
    ]) {
      writeFileSync(file, damage);
      assert.deepEqual(await level(1), expected[1]);
      assert.deepEqual(readFileSync(file), good);
    }
  });

  it('of other patterns count no more, and their files go', async () => {
    await level(1);
    const before = files();
    rmSync(path.join(folder, 'apd-run.json'));
    await writeRun(folder, [0, 5]);
    const other = await level(1);
    assert.notDeepEqual(other.nodes.of, expected[1].nodes.of);
    assert.equal(files()[0], before[0]);
    assert.equal(files().length, 2);
    assert.notEqual(files()[1], before[1]);
  });

  it('are shown all the same where they cannot be kept', async () => {
    writeFileSync(path.join(folder, 'cache'), 'a file where the folder should be');
    assert.deepEqual(await level(1), expected[1]);
  });

  it('of some instances are not kept', async () => {
    const filter = filterOf([filterStep('the first', [...Array(680).keys()])]);
    const some = await level(0, filter);
    assert.equal(some.nodes.of.length, 680);
    assert.ok(!readdirSync(folder).includes('cache'));
  });

  it('are fitted step by step: who cancels is let go, and who waits gets them', async () => {
    const store = new RunStore(new ByteCache());
    const opened = await store.open(folder);
    const controller = new AbortController();
    const ask = (work: Work) =>
      store.level({ opened, index: 1, l: 0, resolution: 'auto', filter: noFilter, work });
    const cancelled = ask({
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort(new Error('not wanted'))),
    });
    const waiting = ask({});
    await assert.rejects(cancelled, /not wanted/);
    assert.deepEqual(await waiting, expected[1]);
  });

  it('take many short steps', () => {
    const steps = resolveSteps(snapshotOf(0).levels[0], 'auto');
    let count = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) count++;
    assert.ok(count > 200, `${count} steps`);
    assert.deepEqual(step.value, expected[0]);
  });

  it('are the same as ever: where this fails, FITTING_VERSION has to be raised with it', () => {
    const hash = createHash('sha256');
    for (const { patterns, nodes } of expected) {
      hash
        .update(new Uint8Array(patterns.words.buffer))
        .update(new Uint8Array(Int32Array.from(nodes.of).buffer));
    }
    assert.equal(hash.digest('hex').slice(0, 16), '1f766f5c6c57c3fb');
  });
});

/** A file with a true digest that names a prototype there is not. */
function forged(good: Buffer): Buffer {
  const body = Buffer.from(good.subarray(32));
  body.writeUInt16LE(999, body.length - 2);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}
