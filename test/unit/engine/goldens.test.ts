import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordModels } from '../../../src/engine/recording/recordModels';
import { drawSnapshot, type PictureOptions } from '../../../src/engine/scenes/drawSnapshot';
import { openRun, type Run } from '../../../src/runs/readRun';
import { temporaryFolder } from '../../helpers/setup';

/** The pictures as they were last looked at and found right. */
const GOLDENS = path.join('test', 'fixtures', 'goldens');
/** Where pictures that differ are put, to be looked at beside their golden. */
const DRAWN = path.join('out', 'test', 'goldens');
/** Set by `npm run goldens`: what is drawn becomes the golden. */
const RENEWS = process.env.APD_RENEW_GOLDENS === '1';
/** Most differences that a failing test shows. */
const MOST_SHOWN = 12;

const usual: PictureOptions = { view: 'flow', resolution: 'auto', budget: 64, theme: 'light' };

/** The pictures: their example, and how they are drawn. */
const pictures: Record<string, { example: string; options: Partial<PictureOptions> }> = {
  'moons-flow': { example: 'moons', options: {} },
  'moons-flow-dark-correct': { example: 'moons', options: { theme: 'dark', colour: 'correct', budget: 6 } },
  'moons-partition': { example: 'moons', options: { view: 'partition' } },
  'digits-flow': { example: 'digits', options: { budget: 12 } },
  'digits-partition': { example: 'digits', options: { view: 'partition' } },
};

/** An SVG with a line for each element, so that differences have a place. */
function inLines(svg: string): string {
  return svg.replace(/></g, '>\n<');
}

/** What differs between two texts, line by line, in a form to be read. */
function differences(golden: string, drawn: string): string[] {
  const [before, after] = [golden.split('\n'), drawn.split('\n')];
  const [kept, there] = [new Set(before), new Set(after)];
  const mark = (sign: string, lines: string[], others: Set<string>) =>
    lines.flatMap((line, i) => (others.has(line) ? [] : [{ i, text: `${sign} ${i + 1}: ${line}` }]));
  return [...mark('-', before, there), ...mark('+', after, kept)]
    .sort((a, b) => a.i - b.i)
    .map(({ text }) => (text.length > 160 ? `${text.slice(0, 160)}…` : text));
}

describe('pictures of the examples', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const runs = new Map<string, Run>();

  /** The run of an example, recorded once. WebAssembly computes the same everywhere. */
  async function runOf(example: string): Promise<Run> {
    const known = runs.get(example);
    if (known) return known;
    const file = (name: string) => path.join('examples', example, name);
    const models = readdirSync(file('.')).filter((name) => name.endsWith('.onnx'));
    const out = folder(example);
    await recordModels(
      {
        models: models.sort().map(file),
        data: [file('x.npy')],
        labels: [file('y.npy')],
        backend: 'wasm',
        out,
        name: example,
        force: false,
      },
      { onLog: () => undefined, onSnapshot: () => undefined },
      { signal: new AbortController().signal },
    );
    const run = await openRun(out);
    runs.set(example, run);
    return run;
  }

  for (const [name, { example, options }] of Object.entries(pictures)) {
    it(`are as they were: ${name}`, async () => {
      const run = await runOf(example);
      const last = run.manifest.snapshots.length - 1;
      const drawn = inLines(await drawSnapshot(run, last, { ...usual, ...options }));
      const golden = path.join(GOLDENS, `${name}.svg`);
      if (RENEWS) {
        mkdirSync(GOLDENS, { recursive: true });
        writeFileSync(golden, drawn);
        return;
      }
      const expected = readFileSync(golden, 'utf8');
      if (drawn === expected) return;
      mkdirSync(DRAWN, { recursive: true });
      writeFileSync(path.join(DRAWN, `${name}.svg`), drawn);
      const all = differences(expected, drawn);
      const more = all.length > MOST_SHOWN ? [`… and ${all.length - MOST_SHOWN} more`] : [];
      const where = `${golden} is another picture than ${path.join(DRAWN, `${name}.svg`)}`;
      const help = 'Look at both. Where the new one is right: npm run goldens';
      assert.fail([where, ...all.slice(0, MOST_SHOWN), ...more, help].join('\n'));
    });
  }

  it('have a golden each, and none is left over', () => {
    const names = Object.keys(pictures).map((name) => `${name}.svg`);
    assert.deepEqual(readdirSync(GOLDENS).sort(), names.sort());
  });
});
