import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LogFormat, LogRow, TrainingLog } from '../../src/logs/formats/log';
import { createLogReader, type LogReaderOptions } from '../../src/logs/formats/reader';
import { recogniseLog } from '../../src/logs/formats/recognise';

const FOLDER = path.join(process.cwd(), 'test', 'fixtures', 'logs');

/** Bytes of a log that a tool wrote. */
export function fixture(name: string): Buffer {
  return readFileSync(path.join(FOLDER, name));
}

/** A list in a JSON file. */
export function jsonFixture<T>(name: string): T {
  return JSON.parse(fixture(name).toString('utf8')) as T;
}

/** Every log that a tool wrote, with the format it is recognised as. */
export function allFixtures(): { name: string; format: LogFormat; bytes: Buffer }[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      /\.(?:csv|txt)$|tfevents[^/\\]*$|trainer_state[^/\\]*$|scalars\.json$/.test(name) &&
      !/tfevents.*json$/.test(name),
  );
  return names.map((name) => {
    const bytes = fixture(name);
    return { name, bytes, format: recogniseLog(bytes, name).format! };
  });
}

/** Reads a whole log, chunk by chunk. */
export function readLog(
  format: LogFormat,
  chunks: Uint8Array | string | readonly (Uint8Array | string)[],
  options?: LogReaderOptions,
): TrainingLog {
  const reader = createLogReader(format, options);
  const list = typeof chunks === 'string' || chunks instanceof Uint8Array ? [chunks] : chunks;
  for (const chunk of list) reader.push(chunk);
  reader.finish();
  return reader.log;
}

/** Epoch, or step where there is none, and the metrics of rows. */
export function brief(rows: readonly LogRow[]): [number | undefined, Record<string, number>][] {
  return rows.map(({ epoch, step, metrics }) => [epoch ?? step, { ...metrics }]);
}

/** The fixture of what is recognised by content, read whole. */
export function readFixture(name: string): TrainingLog {
  const bytes = fixture(name);
  return readLog(recogniseLog(bytes, name).format!, bytes);
}
