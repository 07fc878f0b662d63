import assert from 'node:assert/strict';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { matchCheckpoints } from '../../../src/logs/matching/matchCheckpoints';
import { mergeByEpoch } from '../../../src/logs/formats/mergeByEpoch';
import type { LogFormat, TrainingLog } from '../../../src/logs/formats/log';
import { createLogReader } from '../../../src/logs/formats/reader';
import { recogniseLog } from '../../../src/logs/formats/recognise';
import { allFixtures, readLog } from '../../helpers/logFixtures';

const SEED = 5;
const formats: LogFormat[] = ['jsonLines', 'csv', 'trainerState', 'events', 'text', 'pattern'];
const options = {
  pattern: {
    pattern: String.raw`epoch\D{0,9}(?<epoch>\d+).*?loss\D{0,9}(?<loss>[\d.]+)`,
    flags: 'i',
    source: 'test',
  },
};

/** What of a log must not depend on how its file was cut. */
function outcome({ rows, problems, problemCount, metricNames, firstEpoch, tool }: TrainingLog) {
  return { rows, problems, problemCount, metricNames, firstEpoch, tool };
}

/** `deepEqual`, but quick where all is well: bytes are compared, and only where these differ the values. */
function same(actual: unknown, expected: unknown, message?: string): void {
  if (!serialize(actual).equals(serialize(expected))) assert.deepEqual(actual, expected, message);
}

/** Reads in chunks, and checks on the way that `push` tells the first row that changed. */
function readFollowing(format: LogFormat, chunks: readonly Uint8Array[]): TrainingLog {
  const reader = createLogReader(format, options);
  let mirror: unknown[] = [];
  const follow = (from: number) => {
    mirror = [...mirror.slice(0, from), ...structuredClone(reader.rows.slice(from))];
  };
  for (const chunk of chunks) follow(reader.push(chunk));
  follow(reader.finish());
  same(mirror, reader.rows);
  return reader.log;
}

/** Changes bytes, takes some out, repeats some, cuts the end off. */
function damage(bytes: Buffer, edits: readonly [kind: number, at: number, value: number][]): Buffer {
  let result = Buffer.from(bytes);
  for (const [kind, share, value] of edits) {
    const at = Math.floor(share * result.length);
    if (kind === 0) {
      result[at] = value;
    } else if (kind === 1) {
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + value)]);
    } else if (kind === 2) {
      result = Buffer.concat([result.subarray(0, at + value), result.subarray(at)]);
    } else if (kind === 3) {
      result = result.subarray(0, at);
    } else {
      const text = Buffer.from(
        ['\r', '\n', '"', '{', '\b', '\u001b[', 'NaN', ',,', 'epoch=-1e999 '][value % 9],
      );
      result = Buffer.concat([result.subarray(0, at), text, result.subarray(at)]);
    }
  }
  return result;
}

const edits = fc.array(fc.tuple(fc.nat(4), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 6,
}) as fc.Arbitrary<[number, number, number][]>;

describe('logs: however the file is cut into chunks', () => {
  for (const { name, format, bytes } of allFixtures()) {
    it(`${name}: at every byte in two, and byte by byte`, () => {
      const whole = outcome(readLog(format, bytes));
      const stride = Math.max(1, Math.floor(bytes.length / 1500));
      for (let at = 0; at <= bytes.length; at += stride) {
        const cut = readLog(format, [bytes.subarray(0, at), bytes.subarray(at)]);
        same(cut.rows, whole.rows, `cut at ${at}`);
      }
      const singles = Array.from(bytes.subarray(0, 6000), (_, at) => bytes.subarray(at, at + 1));
      const log = readFollowing(format, [...singles, bytes.subarray(6000)]);
      same(outcome(log), whole);
    });
  }

  it('also when the chunk is written over afterwards', () => {
    for (const { name, format, bytes } of allFixtures()) {
      const reader = createLogReader(format, options);
      const chunk = Buffer.alloc(7);
      for (let at = 0; at < bytes.length; at += chunk.length) {
        const copied = bytes.copy(chunk, 0, at, at + chunk.length);
        reader.push(chunk.subarray(0, copied));
      }
      reader.finish();
      same(outcome(reader.log), outcome(readLog(format, bytes)), name);
    }
  });
});

describe('logs: damaged files', () => {
  for (const { name, format, bytes } of allFixtures()) {
    it(`${name}: no crash, the same in chunks, problems counted`, () => {
      const small = bytes.subarray(0, 3000);
      fc.assert(
        fc.property(edits, fc.integer({ min: 1, max: 300 }), (list, size) => {
          const damaged = damage(small, list);
          recogniseLog(damaged, name);
          const whole = readLog(format, damaged, options);
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < damaged.length; at += size) chunks.push(damaged.subarray(at, at + size));
          same(outcome(readFollowing(format, chunks)), outcome(whole));
          assert.equal(Math.min(whole.problemCount, 100), whole.problems.length);
          for (const { epoch, step } of whole.rows) {
            assert.ok(epoch !== undefined || step !== undefined);
            assert.ok(Number.isFinite(epoch ?? 0) && Number.isFinite(step ?? 0));
          }
          mergeByEpoch(whole.rows);
          matchCheckpoints(whole, [{ name: 'epoch-1.onnx' }, { name: 'checkpoint-12' }, { name: 'a' }]);
        }),
        { seed: SEED, numRuns: 25 },
      );
    });
  }

  it('every format of every other file and of random bytes', () => {
    const all = allFixtures().map(({ bytes }) => bytes.subarray(0, 2000));
    const random = fc.sample(fc.uint8Array({ maxLength: 2000 }), { seed: SEED, numRuns: 30 });
    for (const bytes of [...all, ...random]) {
      for (const format of formats) {
        const halves = [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
        same(outcome(readFollowing(format, halves)), outcome(readLog(format, bytes, options)));
      }
    }
  });

  it('lines that regular expressions might take long over', () => {
    const start = performance.now();
    for (const unit of [
      'a',
      ' ',
      '1',
      'a ',
      '1.',
      'loss ',
      'epoch ',
      'epoch[',
      '[[',
      "'",
      '"',
      '\\"',
      'val ',
      '/',
      '=1',
      '(1',
      '\u001b]',
      '{',
      '-',
      '+1e',
      'NaN',
    ]) {
      for (const format of formats) {
        const text = `${unit.repeat(Math.floor(15_000 / unit.length))}\n`;
        const lines = Buffer.from(`epoch,loss\n{"a":"${text}epoch 1 ${text}1/2 [=] - ${text}`);
        readLog(format, lines, options);
        recogniseLog(lines, 'x');
      }
      readLog('jsonLines', `{"epoch":1,"a":${unit.repeat(Math.floor(1_000_000 / unit.length))}\n`);
    }
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds < 30, `took ${seconds} s`);
  });
});
