import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pieceOf, type PackedPatterns } from '../../src/core/patterns/packing';
import type { Snapshot } from '../../src/core/patterns/snapshot';
import { listMembers } from '../../src/data/arrays/npz';
import { readArray, type NumberArray } from '../../src/data/arrays/readArray';
import { openRun, readSnapshot } from '../../src/runs/readRun';

/** What a folder of model and data is to give. */
export interface ModelCase {
  /** Arguments of `apd` in the folder; `{out}` is a fresh run folder. */
  command: string[];
  /** Whether the command ends with exit 0 (the usual) or refuses its input with 1. */
  refused?: boolean;
  /** What stderr matches, each of them. */
  says?: string[];
  /** Units of the levels. Where the folder has `expected.npz`, its patterns are compared besides. */
  units?: number[];
  /** Accuracy of the snapshot. */
  accuracy?: number;
  /** Names that the classes begin with. */
  classes?: string[];
  /** Pattern bits that may differ from `expected.npz`: rounding of another machine. */
  bitsOff?: number;
}

/** The cases that a file lists, by name of their folder. */
export function readCases(file: string): Record<string, ModelCase> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ModelCase>;
}

/** Runs `apd` in a folder. */
function run(cli: string, cwd: string, args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** A patterns' row reader: the expected arrays hold packed bits, or a piece a unit where there are more than two. */
function expectedPiece({ data, shape }: NumberArray, units: number, row: number, unit: number): number {
  if (shape[1] === units) return Number(data[row * units + unit]);
  return (Number(data[row * shape[1] + (unit >> 3)]) >> (7 - (unit & 7))) & 1;
}

/** How a level differs from the expected array; undefined where it does not. */
function differing(
  patterns: PackedPatterns,
  of: Int32Array,
  expected: NumberArray,
  allowed: number,
): string | undefined {
  const { units } = patterns;
  const [rows, width] = expected.shape;
  if (rows !== of.length) return `${of.length} instances, expected ${rows}`;
  if (width !== units && width !== Math.ceil(units / 8)) return `${units} units, expected ${width} bytes`;
  let off = 0;
  of.forEach((id, row) => {
    for (let unit = 0; unit < units; unit++) {
      if (pieceOf(patterns, id, unit) !== expectedPiece(expected, units, row, unit)) off++;
    }
  });
  return off > allowed ? `${off} of ${units * of.length} pieces differ, at most ${allowed} may` : undefined;
}

async function differingLevels(snapshot: Snapshot, file: string, allowed: number): Promise<string[]> {
  const names = (await listMembers(file)).map(({ name }) => name).filter((name) => /^l\d+$/.test(name));
  if (names.length !== snapshot.levels.length) {
    return [`${snapshot.levels.length} levels, expected ${names.length}`];
  }
  const wrong: string[] = [];
  for (const [l, { exact }] of snapshot.levels.entries()) {
    const difference = differing(exact!.patterns, exact!.of, await readArray(`${file}:l${l}`), allowed);
    if (difference !== undefined) wrong.push(`level ${l}: ${difference}`);
  }
  return wrong;
}

/** What is wrong with the run that the command wrote. */
async function wrongInRun(folder: string, out: string, wanted: ModelCase, files: Set<string>) {
  const opened = await openRun(out);
  const snapshot = await readSnapshot(opened, 0);
  const wrong: string[] = [];
  const units = opened.layers.map((layer) => layer.units).join('-');
  if (wanted.units && units !== wanted.units.join('-')) {
    wrong.push(`levels of ${units} units, expected ${wanted.units.join('-')}`);
  }
  const { accuracy } = opened.manifest.snapshots[0];
  if (wanted.accuracy !== undefined && accuracy !== wanted.accuracy) {
    wrong.push(`accuracy ${accuracy}, expected ${wanted.accuracy}`);
  }
  const classes = opened.manifest.classes.slice(0, wanted.classes?.length).join();
  if (wanted.classes && classes !== wanted.classes.join()) wrong.push(`classes ${classes}`);
  if (!files.has('expected.npz')) return wrong;
  const file = path.join(folder, 'expected.npz');
  return [...wrong, ...(await differingLevels(snapshot, file, wanted.bitsOff ?? 0))];
}

/**
 * Runs a case through the built command line.
 * @param files names of the files in its folder
 * @returns what differs from the expectation, in one line; undefined where nothing does
 */
export async function checkCase(
  cli: string,
  folder: string,
  files: readonly string[],
  wanted: ModelCase,
): Promise<string | undefined> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'apd-case-'));
  try {
    const out = path.join(temporary, 'out');
    const args = wanted.command.map((word) => word.replace('{out}', out));
    const { code, said } = await run(cli, folder, args);
    const wrong = (wanted.says ?? [])
      .filter((source) => !new RegExp(source).test(said))
      .map((source) => `did not say /${source}/`);
    const told = said.trim().split('\n').slice(-1)[0];
    if (code !== (wanted.refused ? 1 : 0)) {
      wrong.unshift(`exit ${code}: ${told}`);
    } else if (!wanted.refused && args.includes(out)) {
      wrong.push(...(await wrongInRun(folder, out, wanted, new Set(files))));
    }
    return wrong.length ? wrong.join('; ') : undefined;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
