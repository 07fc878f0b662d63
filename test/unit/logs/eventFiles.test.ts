import assert from 'node:assert/strict';
import { crc32c, maskedCrc32c } from '../../../src/logs/formats/crc32c';
import { eventRecord } from '../../helpers/eventRecord';
import type { LogRow, TrainingLog } from '../../../src/logs/formats/log';
import { createLogReader } from '../../../src/logs/formats/reader';
import { fixture, jsonFixture, readLog } from '../../helpers/logFixtures';

type Scalars = Record<string, [time: number, step: number, value: number | 'NaN'][]>;

const names = ['keras-train', 'keras-validation', 'torch', 'tensorboardx', 'lightning'].map(
  (name) => `tensorboard/events.out.tfevents.${name}`,
);

/** The step that TensorBoard has for a row. */
function stepOf(row: LogRow, tag: string): number | undefined {
  return tag.startsWith('epoch_') ? row.epoch : row.step;
}

/** Step and value of each tag, as a reader found them. */
function valuesOf({ rows, metricNames }: TrainingLog): Record<string, [number | undefined, number][]> {
  return Object.fromEntries(
    metricNames.map((tag) => [
      tag,
      rows.filter(({ metrics }) => tag in metrics).map((row) => [stepOf(row, tag), row.metrics[tag]]),
    ]),
  );
}

/** Offsets of the records of a whole file. */
function offsets(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += Number(bytes.readBigUInt64LE(at)) + 16) found.push(at);
  return found;
}

describe('logs: event files of TensorBoard', () => {
  it('CRC-32C of the examples in RFC 3720', () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  });

  for (const name of names) {
    it(`has what TensorBoard reads of ${name.split('.').at(-1)}`, () => {
      const log = readLog('events', fixture(name));
      const expected = jsonFixture<Scalars>(`${name}.json`);
      const { epoch: epochs, ...others } = expected;
      const values = Object.entries(others).map(([tag, list]) => [
        tag,
        list.map(([, step, value]) => [step, value === 'NaN' ? NaN : value]),
      ]);
      assert.deepEqual(valuesOf(log), Object.fromEntries(values));
      // The tag `epoch` is not a metric: it says which epoch a step is of.
      for (const [, step, epoch] of epochs ?? []) {
        assert.equal(log.rows.find((row) => row.step === step)?.epoch, epoch);
      }
      const times = Object.values(expected).flatMap((list) => list.map(([time]) => time));
      for (const { time } of log.rows) assert.ok(times.includes(time!));
    });
  }

  it("Keras' files count epochs from 0; their steps are epochs", () => {
    const { tool, firstEpoch, rows } = readLog('events', fixture(names[0]));
    assert.deepEqual([tool, firstEpoch], ['keras', 0]);
    assert.deepEqual(
      rows.map(({ epoch, step }) => [epoch, step]),
      [0, 1, 2, 3, 4].map((epoch) => [epoch, undefined]),
    );
  });

  it('a place is the bytes of the records', () => {
    const bytes = fixture(names[2]);
    for (const { step, metrics, place } of readLog('events', bytes).rows) {
      const part = readLog('events', bytes.subarray(place.byteFrom, place.byteTo));
      assert.equal(part.problemCount, 0);
      assert.deepEqual(part.rows.find((row) => row.step === step)?.metrics, metrics);
    }
  });

  it('a record whose data are damaged is named by its offset, and all others are read', () => {
    const bytes = fixture(names[2]);
    const all = offsets(bytes);
    const whole = readLog('events', bytes);
    for (const [index, at] of all.entries()) {
      const damaged = Buffer.from(bytes);
      damaged[at + 12 + 3] ^= 0x10;
      const log = readLog('events', damaged);
      assert.equal(log.problemCount, 1);
      assert.deepEqual(log.problems[0].place, { byteFrom: at, byteTo: all[index + 1] ?? bytes.length });
      assert.match(log.problems[0].text, new RegExp(`byte ${at} does not fit its checksum`));
      const lost = countValues(whole) - countValues(log);
      assert.ok(lost <= 1, `record ${index} took ${lost} values`);
    }
  });

  it('behind a damaged length the next record is found', () => {
    const bytes = fixture(names[2]);
    const all = offsets(bytes);
    const damaged = Buffer.from(bytes);
    damaged[all[3]] ^= 0xff;
    const log = readLog('events', damaged);
    const single = [...damaged].map((byte) => Uint8Array.of(byte));
    for (const { problems } of [log, readLog('events', single)]) {
      assert.deepEqual(
        problems.map(({ place }) => place),
        [{ byteFrom: all[3], byteTo: all[4] }],
      );
    }
    assert.equal(countValues(log), countValues(readLog('events', bytes)) - 1);
  });

  it('a record that is not whole waits for its rest', () => {
    const bytes = fixture(names[0]);
    const last = offsets(bytes).at(-1)!;
    const reader = createLogReader('events');
    reader.push(bytes.subarray(0, last + 5));
    const before = reader.log;
    assert.equal(before.problemCount, 0);
    assert.equal(reader.push(bytes.subarray(last + 5)), before.rows.length - 1);
    assert.deepEqual(reader.rows, readLog('events', bytes).rows);
    const cut = readLog('events', bytes.subarray(0, last + 5));
    assert.deepEqual(cut.problems[0].place, { byteFrom: last, byteTo: last + 5 });
    assert.match(cut.problems[0].text, /ends inside a record/);
  });

  it('a record of a terabyte is passed over, not asked memory for; what is no event is named', () => {
    const head = Buffer.alloc(12);
    head.writeBigUInt64LE(2n ** 40n);
    head.writeUInt32LE(maskedCrc32c(head, 0, 8), 8);
    const log = readLog('events', Buffer.concat([head, Buffer.alloc(1000)]));
    assert.match(log.problems[0].text, /record of 1099511627776 bytes is too long/);
    const odd = readLog('events', Buffer.concat([eventRecord(Buffer.from([0x0a, 0xff])), fixture(names[0])]));
    assert.match(odd.problems[0].text, /record at byte 0 holds no event/);
    assert.equal(odd.rows.length, 5);
  });

  it('text is refused', () => {
    assert.throws(() => createLogReader('events').push('text'), TypeError);
  });
});

function countValues({ rows }: TrainingLog): number {
  return rows.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0);
}
