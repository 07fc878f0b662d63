import assert from 'node:assert/strict';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { FollowedLog } from '../../../src/logs/following/followedLog';
import { GrowingLog } from '../../../src/logs/following/growingLog';
import { createLogReader } from '../../../src/logs/formats/reader';
import { recogniseLog } from '../../../src/logs/formats/recognise';
import { contentOf } from '../../helpers/followedLogs';
import { allFixtures, fixture, readLog } from '../../helpers/logFixtures';
import { temporaryFolder } from '../../helpers/setup';

const SEED = 9;

/** `deepEqual`, but quick where all is well. */
function same(actual: unknown, expected: unknown, message: string): void {
  if (!serialize(actual).equals(serialize(expected))) assert.deepEqual(actual, expected, message);
}

/** Lengths of pieces that a file grows by, and whether it was quiet after each. */
const growth = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.boolean()), {
  minLength: 1,
  maxLength: 40,
});

describe('logs that grow', () => {
  const at = temporaryFolder('test');

  for (const { name, bytes, format } of allFixtures()) {
    it(`${name}: the same as read at once, by whatever pieces it grows`, () => {
      const expected = contentOf(readLog(format, bytes));
      fc.assert(
        fc.property(growth, (pieces) => {
          const log = new GrowingLog(name, {});
          let from = 0;
          for (const [length, quiet] of pieces) {
            log.push(bytes.subarray(from, from + length));
            from += length;
            log.caughtUp(quiet);
          }
          if (from < bytes.length) log.push(bytes.subarray(from));
          log.caughtUp(true);
          same(contentOf(log.log), expected, name);
          assert.equal(log.problem, undefined);
        }),
        { seed: SEED, numRuns: 60 },
      );
    });
  }

  it('also in UTF-16, as PowerShell redirects output', () => {
    const text = fixture('keras/console.txt').toString('utf8');
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    const expected = contentOf(readLog('text', bytes));
    assert.ok(expected!.rows.length > 0);
    fc.assert(
      fc.property(growth, (pieces) => {
        const log = new GrowingLog('console.txt', {});
        let from = 0;
        for (const [length, quiet] of pieces) {
          log.push(bytes.subarray(from, from + length));
          from += length;
          log.caughtUp(quiet);
        }
        if (from < bytes.length) log.push(bytes.subarray(from));
        log.caughtUp(true);
        same(contentOf(log.log), expected, 'UTF-16');
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('the same on disk', async () => {
    for (const [index, { name, bytes, format }] of allFixtures().entries()) {
      const file = at(`${index}-${name.replace(/[\\/]/g, '-')}`);
      const followed = new FollowedLog(file, { chunkBytes: 97 });
      const [pieces] = fc.sample(growth, { seed: SEED + index, numRuns: 1 });
      let from = 0;
      for (const [length] of pieces) {
        appendFileSync(file, bytes.subarray(from, from + length));
        from += length;
        await followed.update();
      }
      appendFileSync(file, bytes.subarray(from));
      await followed.update();
      same(contentOf(followed.log), contentOf(readLog(format, bytes)), name);
    }
  });

  it('a look at the unfinished line changes nothing, wherever it is taken', () => {
    for (const { name, bytes, format } of allFixtures()) {
      const looked = createLogReader(format);
      const small = bytes.subarray(0, 2500);
      for (let place = 0; place < small.length; place++) {
        looked.push(small.subarray(place, place + 1));
        const before = serialize(looked.log);
        looked.peek?.();
        assert.ok(serialize(looked.log).equals(before), `${name} at byte ${place}`);
      }
      looked.finish();
      same(contentOf(looked.log), contentOf(readLog(format, small)), name);
    }
  });

  it('a look at the unfinished line tells what the end would, where that is no problem', () => {
    for (const { name, bytes, format } of allFixtures()) {
      if (format === 'events' || format === 'trainerState') continue;
      for (let end = 1; end < Math.min(bytes.length, 1500); end += 3) {
        const reader = createLogReader(format);
        reader.push(bytes.subarray(0, end));
        const seen = reader.peek?.();
        if (seen) {
          same(contentOf(seen), contentOf(readLog(format, bytes.subarray(0, end))), `${name} to ${end}`);
        }
      }
    }
  });
});

/** What happens to a file. */
type Edit = ['append', Uint8Array] | ['write', Uint8Array] | ['truncate', number];

const fixtures = allFixtures().map(({ bytes }) => bytes.subarray(0, 1500));
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .constantFrom(
      ...['\n', '\r', '\r\n', '{"epoch":1', '}\n', 'epoch=2 loss=0.5', 'epoch,loss\n1,2\n', '\b\b'],
    )
    .map((text) => new Uint8Array(Buffer.from(text))),
  fc
    .tuple(fc.constantFrom(...fixtures), fc.nat(1500), fc.nat(1500))
    .map(([bytes, a, b]) => new Uint8Array(bytes.subarray(Math.min(a, b), Math.max(a, b)))),
);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 5, arbitrary: piece.map((bytes): Edit => ['append', bytes]) },
  { weight: 1, arbitrary: piece.map((bytes): Edit => ['write', bytes]) },
  { weight: 1, arbitrary: fc.nat(2000).map((size): Edit => ['truncate', size]) },
);

/** Edits a file. @returns what stands in it then */
function apply(edit: Edit, file: string, held: Buffer): Buffer {
  if (edit[0] === 'append') {
    appendFileSync(file, edit[1]);
    return Buffer.concat([held, edit[1]]);
  }
  if (edit[0] === 'write') {
    writeFileSync(file, edit[1]);
    return Buffer.from(edit[1]);
  }
  truncateSync(file, edit[1]);
  return Buffer.concat([held, Buffer.alloc(Math.max(0, edit[1] - held.length))]).subarray(0, edit[1]);
}

describe('logs that are damaged while they are followed', () => {
  const at = temporaryFolder('test');

  it('whatever is written into them: no crash, and what is read at the end is what stands there', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
        const file = at(`log-${count++}`);
        writeFileSync(file, '');
        const followed = new FollowedLog(file, { chunkBytes: 128 });
        let held: Buffer = Buffer.alloc(0);
        for (const edit of edits) {
          held = apply(edit, file, held);
          await followed.update();
          assert.ok(followed.state === 'read' || followed.state === 'failed', followed.problem);
        }
        // With whole lines and one format from the beginning to the end, the outcome is that of reading at once.
        const { log } = followed;
        const { format } = recogniseLog(held, file);
        if (log && log.format === format && /[\n\r]$/.test(held.toString('latin1'))) {
          same(log.rows, readLog(format, held).rows, 'rows');
        }
        followed.close();
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});
