import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeAtomically, writingError } from '../runs/atomic';

/** A line to the user, on stderr: stdout is for data. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes text to stdout, and waits while a reader is slow. A reader that has gone (`| head`) ends the program quietly. */
export async function printLines(lines: Iterable<string>): Promise<void> {
  try {
    for (const chunk of chunksOf(lines)) {
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** Writes text to a file, whole or not at all, or to stdout when there is none. */
export async function writeLines(lines: Iterable<string>, file: string | undefined): Promise<void> {
  if (file === undefined) return printLines(lines);
  await writeAtomically(file, async (temporary) => {
    const target: Writable = createWriteStream(temporary);
    try {
      await pipeline(Readable.from(chunksOf(lines)), target);
    } catch (error) {
      throw writingError(error, file);
    }
  });
}

/** The same text in pieces of some size: one write a line would be slow. */
function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length >= 1 << 16) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}
