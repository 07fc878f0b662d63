import { createContext, Script, type Context } from 'node:vm';
import { InputError } from '../../core/errors';
import { parseNumber } from '../../data/tables/parseNumber';
import { lineAt, type LineParser } from './lineLogReader';
import type { Problems } from './problems';
import type { Point, RowStore } from './rowStore';
import { oneLine } from '../../core/wording';

/** A user's regular expression: groups `epoch`, `step` and `time` say when, all others are metrics by their names. */
export interface LogPattern {
  /** As JavaScript writes it, without slashes. */
  pattern: string;
  /** Of `i`, `s`, `u`; none when absent. */
  flags?: string;
  /** Where the pattern comes from, for messages: `apd.log.pattern`. */
  source: string;
}

/** Limits of what a pattern is applied to. */
export interface PatternLimits {
  /** Milliseconds for one line (and for the lines before it in the same batch). */
  time: number;
  /** Lines that may take longer before the pattern is given up. */
  slowLines: number;
  /** Milliseconds for all lines together, and for each line on top: lines just below `time` would take hours. */
  total: number;
  perLine: number;
}

/** Longest pattern, in characters. */
const LONGEST_PATTERN = 2000;
/** Longest line a pattern is applied to. */
export const LONGEST_PATTERN_LINE = 4096;
const usualLimits: PatternLimits = { time: 200, slowLines: 5, total: 3000, perLine: 0.2 };

/** What the script that applies the pattern works on. */
interface Work {
  pattern: RegExp;
  lines: string[];
  at: number;
  found: (Record<string, string | undefined> | undefined)[];
}

// In a script of its own, since only those can be stopped from outside: a backtracking search has no other end.
const script = new Script(`
  for (; work.at < work.lines.length; work.at++) {
    work.found[work.at] = work.pattern.exec(work.lines[work.at])?.groups;
  }
`);

/** @throws InputError where the pattern is none, or has no group that says when */
function compileLogPattern({ pattern, flags = '', source }: LogPattern): RegExp {
  if (pattern.length > LONGEST_PATTERN) {
    throw new InputError(
      source,
      `is a pattern of ${pattern.length} characters, expected ${LONGEST_PATTERN} at most`,
    );
  }
  if (!/^[isu]*$/.test(flags)) throw new InputError(source, `has flags ${flags}, expected of i, s, u`);
  let compiled: RegExp;
  let groups: string[];
  try {
    compiled = new RegExp(pattern, flags);
    // An empty alternative matches anything and shows which groups there are.
    groups = Object.keys(new RegExp(`(?:${pattern})|`, flags).exec('')?.groups ?? {});
  } catch (error) {
    throw new InputError(source, `is no regular expression (${(error as Error).message})`);
  }
  if (!groups.includes('epoch') && !groups.includes('step')) {
    const found = groups.length === 0 ? 'has no named groups' : `has the groups ${groups.join(', ')}`;
    throw new InputError(source, `${found}, expected (?<epoch>…) or (?<step>…), and one for each metric`);
  }
  return compiled;
}

/**
 * Text read with a user's pattern. A pattern may take a time that grows exponentially with the line. So lines are limited
 * in length, the search is stopped from outside after a time, the line is named as a problem, and after some such lines the
 * pattern is not applied any more.
 */
export class PatternLogParser implements LineParser {
  private readonly pattern: RegExp;
  private readonly context: Context;
  private lines: string[] = [];
  private numbers: number[] = [];
  private slow = 0;
  /** Milliseconds that are left for all lines. */
  private left: number;

  /** @throws InputError as `compileLogPattern` */
  constructor(
    private readonly given: LogPattern,
    private readonly store: RowStore,
    private readonly problems: Problems,
    private readonly limits: PatternLimits = usualLimits,
  ) {
    this.pattern = compileLogPattern(given);
    this.context = createContext({});
    this.left = limits.total;
  }

  /** Whether the pattern is not applied any more. */
  private get givenUp(): boolean {
    return this.slow > this.limits.slowLines || this.left <= 0;
  }

  line(text: string, number: number): void {
    if (text === '' || this.givenUp) return;
    this.lines.push(text);
    this.numbers.push(number);
  }

  flush(): void {
    const work: Work = { pattern: this.pattern, lines: this.lines, at: 0, found: [] };
    this.lines = [];
    const { numbers } = this;
    this.numbers = [];
    this.context['work'] = work;
    while (work.at < work.lines.length && !this.givenUp) this.search(work, numbers);
    this.context['work'] = undefined;
    work.found.forEach((groups, index) => {
      if (groups) this.add(groups, numbers[index]);
    });
  }

  copy(store: RowStore, problems: Problems): PatternLogParser {
    const copy = new PatternLogParser(this.given, store, problems, this.limits);
    copy.slow = this.slow;
    copy.left = this.left;
    return copy;
  }

  private search(work: Work, numbers: number[]): void {
    const from = work.at;
    const began = performance.now();
    try {
      script.runInContext(this.context, { timeout: this.limits.time });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      // Many lines may have used the time up together: a line is slow only when it had all of it to itself.
      if (work.at > from) return;
      this.slow++;
      const stopped = this.slow > this.limits.slowLines ? '; it is not applied to the lines that follow' : '';
      const text = `the pattern takes longer than ${this.limits.time} ms on this line${stopped}`;
      this.problems.add({ line: numbers[work.at] }, text);
      work.at++;
    } finally {
      this.spend(performance.now() - began, work, from, numbers);
    }
  }

  /** Takes off the time that lines took, from `from` on; tells where none is left. */
  private spend(ms: number, work: Work, from: number, numbers: number[]): void {
    this.left += this.limits.perLine * (work.at - from) - ms;
    if (this.left > 0 || work.at >= work.lines.length) return;
    const seconds = (this.limits.total / 1000).toFixed(0);
    const text = `the pattern took more than ${seconds} s for the lines up to here; it is not applied to those that follow`;
    this.problems.add({ line: numbers[work.at] }, text);
  }

  private add(groups: Record<string, string | undefined>, number: number): void {
    const point: Point = {};
    const metrics: [string, number][] = [];
    for (const [name, text] of Object.entries(groups)) {
      if (text === undefined) continue;
      const value = parseNumber(text);
      const when = name === 'epoch' || name === 'step' || name === 'time';
      if (value === undefined || (when && !Number.isFinite(value))) {
        this.problems.add({ line: number }, `group ${name} matched ${oneLine(text)}, expected a number`);
      } else if (when) {
        point[name] = value;
      } else {
        metrics.push([name, value]);
      }
    }
    if (point.epoch !== undefined || point.step !== undefined) this.store.add(point, metrics, lineAt(number));
  }
}
