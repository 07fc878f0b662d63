import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { apd, apdOk, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const ESCAPE = String.fromCharCode(27);
/** Clears the screen, writes into the title of the window, and begins a line. */
const HOSTILE = `${ESCAPE}[2J${ESCAPE}]0;owned${String.fromCharCode(7)}\nfake: line`;
const SHOWN = String.raw`\x1b[2J\x1b]0;owned\x07\nfake: line`;
const acts = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u;

describe('what the command line writes to a terminal', () => {
  const folder = temporaryFolder();
  const run = () => path.join(folder(), 'run');
  before(async () => {
    await apdOk(...(await recordArguments('moons', run())));
    const file = path.join(run(), 'apd-run.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    manifest.name = HOSTILE;
    manifest.layers[0].name = HOSTILE;
    manifest.classes = [HOSTILE, 'b'];
    await writeFile(file, JSON.stringify(manifest));
  });

  it('shows escape sequences and line breaks of run and layer names in tables', async () => {
    const { stdout } = await apdOk('report', run(), '--no-log');
    assert.equal(stdout.split('\n')[0], SHOWN);
    assert.equal(stdout.includes(`\n${SHOWN} `), true);
    assert.doesNotMatch(stdout, acts);
    assert.doesNotMatch(stdout, /^fake/m);
  });

  it('keeps the data of exports as it is', async () => {
    const { stdout } = await apdOk('export', run(), '--what', 'nodes', '--format', 'csv');
    assert.equal(stdout.includes(HOSTILE), true);
    const { stdout: json } = await apdOk('report', run(), '--no-log', '--json');
    assert.equal(JSON.parse(json).name, HOSTILE);
  });

  it('tells of a file with a line break in its name in one line', async () => {
    const { code, stderr } = await apd('model', path.join(folder(), `${HOSTILE}.onnx`));
    assert.equal(code, 1);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
    assert.equal(stderr.includes(`${SHOWN}.onnx: `), true);
    assert.doesNotMatch(stderr, acts);
  });

  it('tells of a wrong option that holds an escape sequence without obeying it', async () => {
    const { code, stderr } = await apd('report', run(), `--${ESCAPE}[2J`);
    assert.equal(code, 2);
    assert.doesNotMatch(stderr, acts);
  });
});
