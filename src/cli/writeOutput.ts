import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeAtomically, writingError } from '../runs/atomic';
import { chunksOf, printData } from './terminal';

/** Writes data to a file, whole or not at all, or to stdout when there is none. */
export async function writeData(parts: Iterable<string>, file: string | undefined): Promise<void> {
  if (file === undefined) return printData(parts);
  await writeAtomically(file, async (temporary) => {
    const target: Writable = createWriteStream(temporary);
    try {
      await pipeline(Readable.from(chunksOf(parts)), target);
    } catch (error) {
      throw writingError(error, file);
    }
  });
}

/** Texts as lines. */
export function* asLines(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}
