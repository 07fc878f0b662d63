import { once } from 'node:events';
import { format } from 'node:util';
import { visibleLines, visibleText } from '../core/visibleText';

// The one place that writes to stdout and stderr: names of files, layers, runs and classes come from strangers, and a terminal
// obeys escape sequences in them. Only `printData` passes data on as it is.

/** A line to the user, on stderr: stdout is for data. What would act in a terminal is shown instead. */
export function say(text: string): void {
  process.stderr.write(`${visibleText(text)}\n`);
}

/** Several lines to the user, on stderr. */
export function sayLines(text: string): void {
  process.stderr.write(visibleLines(text));
}

/** Lines of a text for people, on stdout: each item is one line, whatever it holds. */
export async function printText(lines: Iterable<string>): Promise<void> {
  await write(chunksOf(lines, (line) => `${visibleText(line)}\n`));
}

/** What was asked for in a format of its own (CSV, JSON), on stdout and unchanged. */
export async function printData(parts: Iterable<string>): Promise<void> {
  await write(chunksOf(parts));
}

/** Help of the command line, on stdout. */
export function printHelp(text: string): void {
  process.stdout.write(visibleLines(text));
}

/** Writes to stdout, and waits while a reader is slow. A reader that has gone (`| head`) ends the program quietly. */
async function write(chunks: Iterable<string>): Promise<void> {
  try {
    for (const chunk of chunks) {
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** The same text in pieces of some size: one write a line would be slow. */
export function* chunksOf(parts: Iterable<string>, shown = (part: string) => part): Generator<string> {
  let chunk = '';
  for (const part of parts) {
    chunk += shown(part);
    if (chunk.length >= 1 << 16) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

/** A line on stderr that is written over, where that is a terminal; elsewhere nothing. */
export const statusLine = {
  /** Whether there is a terminal that shows it. */
  get shown(): boolean {
    return process.stderr.isTTY;
  },
  /** Shows the text instead of what was there, as far as the terminal is wide. */
  set(text: string): void {
    const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`\r\u001b[2K${visibleText(text).slice(0, width)}`);
  },
  clear(): void {
    process.stderr.write('\r\u001b[2K');
  },
};

/**
 * Prepares both streams: a reader of stdout that has gone is no error, and what libraries print to the console goes to
 * stderr, visible like everything else.
 */
export function prepareStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const toStderr = (...values: unknown[]) => sayLines(`${format(...values)}\n`);
  Object.assign(console, { log: toStderr, info: toStderr, debug: toStderr, warn: toStderr, error: toStderr });
}
