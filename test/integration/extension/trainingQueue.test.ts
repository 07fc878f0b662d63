import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EngineClient, EngineDied } from '../../../src/extension/engine/engineClient';
import { TrainingMemory } from '../../../src/extension/trainings/trainingMemory';
import {
  TrainingQueue,
  type QueuedTraining,
  type TrainingOrder,
  type TrainingOutcome,
} from '../../../src/extension/trainings/trainingQueue';
import { isAlive, steady, temporaryFolder, until } from '../../helpers/setup';

/** What a queue told, in order. */
interface Told {
  started: string[];
  snapshots: number;
  ended: { name: string; outcome: TrainingOutcome }[];
}

describe('a queue of trainings', function () {
  this.timeout(60_000);
  const at = temporaryFolder('test');
  let queue: TrainingQueue;
  let told: Told;

  beforeEach(() => {
    for (const name of ['x.npy', 'y.npy']) {
      cpSync(path.join('examples', 'moons', name), at(name));
    }
    told = { started: [], snapshots: 0, ended: [] };
    queue = new TrainingQueue(
      () => new EngineClient({ module: path.resolve('dist', 'engine.js') }),
      () => [],
      {
        onChange: () => undefined,
        onStarted: (_, run) => told.started.push(path.basename(run)),
        onSnapshot: () => told.snapshots++,
        onEnd: ({ order }, outcome) => told.ended.push({ name: order.name, outcome }),
      },
    );
  });

  afterEach(async () => {
    const { pid } = queue;
    queue.dispose();
    // The process writes its last words for a moment; the queue does not know it any more.
    await until('the process to end', () => pid === undefined || !isAlive(pid));
  });

  function order(name: string, epochs: number): TrainingOrder {
    const config = at(`${name}.apd.json`);
    const text = JSON.stringify({
      data: { files: 'x.npy', labels: 'y.npy' },
      model: {
        layers: [
          { type: 'dense', units: 4, activation: 'relu' },
          { type: 'dense', units: 2 },
        ],
      },
      training: { epochs, batchSize: 16, optimizer: { type: 'sgd', learningRate: 0.1 } },
      snapshots: { withinFirstEpoch: 0, every: 1 },
      backend: 'cpu',
    });
    writeFileSync(config, text);
    return { name, folder: at('runs', name), config, params: { config } };
  }

  const status = (name: string) =>
    (
      JSON.parse(readFileSync(at('runs', name, 'training', 'state.json'), 'utf8')) as {
        status: string;
      }
    ).status;

  it('trains one after another in one process, which goes with the last', async () => {
    const first = queue.add(order('first', 2));
    const second = queue.add(order('second', 2));
    const { pid } = queue;
    assert.deepEqual(
      [first.state, second.state, first.waited, second.waited],
      ['running', 'waiting', false, true],
    );
    assert.equal(queue.current, first);
    const pids = new Set([pid]);
    await until('both to end', () => {
      if (queue.pid !== undefined) pids.add(queue.pid);
      return told.ended.length === 2;
    });
    assert.deepEqual(told.started, ['first', 'second']);
    assert.deepEqual(told.ended.map(endOf), ['first finished', 'second finished']);
    assert.equal(told.snapshots, 6);
    assert.equal(pids.size, 1);
    assert.equal(queue.pid, undefined);
    await until('the process to end', () => !isAlive(pid!));
  });

  it('takes out what waits, and keeps what was trained of what is stopped', async () => {
    const first = queue.add(order('first', 5000));
    const second = queue.add(order('second', 2));
    queue.stop(second);
    assert.deepEqual(queue.trainings, [first]);
    await until('two epochs', () => (first.progress?.epoch ?? 0) > 2);
    queue.stop(first);
    await until('the end', () => told.ended.length === 1);
    assert.deepEqual(told.ended.map(endOf), ['first stopped']);
    assert.equal(status('first'), 'stopped');
    assert.deepEqual(told.started, ['first']);
  });

  it('holds a training that is paused', async () => {
    const training = queue.add(order('long', 5000));
    await until('an epoch', () => (training.progress?.epoch ?? 0) > 1);
    await queue.pause(true);
    assert.equal(training.state, 'paused');
    // What was under way when it was paused may still be told.
    const reached = () => [training.progress!.epoch, training.progress!.step];
    const [epoch = 0] = await steady('what is told of it', reached, 400);
    await queue.pause(false);
    assert.equal(training.state, 'running');
    await until('the next epoch', () => training.progress!.epoch > epoch);
  });

  it('stops a training that is paused', async () => {
    const training = queue.add(order('long', 5000));
    await until('an epoch', () => (training.progress?.epoch ?? 0) > 1);
    await queue.pause(true);
    queue.stop(training);
    await until('the end', () => told.ended.length === 1);
    assert.deepEqual(told.ended.map(endOf), ['long stopped']);
  });

  it('goes on with the next in a new process when the first one is killed', async () => {
    const first: QueuedTraining = queue.add(order('first', 5000));
    queue.add(order('second', 2));
    await until('an epoch', () => (first.progress?.epoch ?? 0) > 1);
    const { pid } = queue;
    process.kill(pid!, 'SIGKILL');
    await until('both to end', () => told.ended.length === 2);
    assert.deepEqual(told.ended.map(endOf), ['first died', 'second finished']);
    assert.equal(status('first'), 'running');
  });

  it('stops in order when the window closes, and tells nothing more', async () => {
    const training = queue.add(order('long', 5000));
    await until('two epochs', () => (training.progress?.epoch ?? 0) > 2);
    const { pid } = queue;
    queue.dispose();
    await until('the process to end', () => !isAlive(pid!));
    assert.equal(status('long'), 'stopped');
    assert.deepEqual(told.ended, []);
  });
});

describe('the memory of trainings', () => {
  const inMemory = () => {
    const values = new Map<string, unknown>();
    return new TrainingMemory({
      keys: () => [...values.keys()],
      get: <T>(key: string) => values.get(key) as T,
      update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
    });
  };

  it('tells of each interruption once, and again after it went on', async () => {
    const memory = inMemory();
    const info = { folder: '/w/runs/moons', epoch: 7 };
    assert.equal(await memory.tell(info), true);
    assert.equal(await memory.tell(info), false);
    assert.equal(await memory.tell({ ...info, epoch: 9 }), true);
    assert.equal(await memory.tell({ ...info, folder: '/w/runs/sun' }), true);
    await memory.forgetTold('/w/runs/moons');
    assert.equal(await memory.tell(info), true);
    assert.equal(await memory.tell({ ...info, folder: '/w/runs/sun' }), false);
  });

  it('keeps what is open beside what was told', async () => {
    const memory = inMemory();
    const open = [{ name: 'moons', folder: '/w/runs/moons', params: { run: '/w/runs/moons' } }];
    assert.deepEqual(memory.open, []);
    await memory.keepOpen(open);
    await memory.tell({ folder: '/w/runs/sun', epoch: 1 });
    assert.deepEqual(memory.open, open);
  });
});

function endOf({ name, outcome }: Told['ended'][number]): string {
  if ('result' in outcome) return `${name} ${outcome.result.ended}`;
  return `${name} ${outcome.error instanceof EngineDied ? 'died' : String(outcome.error)}`;
}
