import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { fixture } from '../../fixtures';
import { apd } from '../../helpers/apd';
import { stayedSo, temporaryFolder, until } from '../../helpers/setup';

const expected = JSON.parse(readFileSync(fixture('digits', 'expected.json'), 'utf8')) as {
  patterns_per_layer: number[][];
};
const lines = readFileSync(fixture('digits', 'log.jsonl'), 'utf8').trimEnd().split('\n');
const nameOf = (epoch: number) => `epoch-00${epoch}.onnx`;

describe('apd follow', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  const data = ['--data', fixture('digits', 'x.npy'), '--labels', fixture('digits', 'y.npy')];
  let running: ChildProcess | undefined;
  let said = '';

  afterEach(() => {
    running?.kill('SIGKILL');
    running = undefined;
  });

  function follow(...args: string[]): Promise<number | null> {
    said = '';
    const child = spawn(process.execPath, ['dist/cli.js', 'follow', ...args]);
    running = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return new Promise((resolve) => child.once('exit', resolve));
  }

  const toSay = (pattern: RegExp) =>
    until(
      () => `${pattern} in: ${said}`,
      () => pattern.test(said),
    );

  async function checkpoint(epoch: number, pauseMs = 0): Promise<void> {
    const whole = readFileSync(fixture('digits', nameOf(epoch)));
    mkdirSync(at('models'), { recursive: true });
    const file = at('models', nameOf(epoch));
    writeFileSync(file, whole.subarray(0, whole.length / 3));
    await stayedSo(pauseMs, () => assert.ok(!said.includes(`epoch ${epoch}:`), said));
    appendFileSync(file, whole.subarray(whole.length / 3));
  }

  interface Report {
    snapshots: { epoch: number; levels: { exactPatterns: number }[]; log?: { line: number } }[];
    log: { matched: number };
  }

  it('records a training that is under way with its log, is stopped by Ctrl-C, and goes on later', async () => {
    const command = [at('models'), ...data, '--log', at('train.jsonl'), '--out', at('run')];
    const ended = follow(...command);
    await toSay(/Waiting for checkpoints in .*, which is not there yet/);
    for (const epoch of [0, 1, 2]) {
      if (epoch > 0) appendFileSync(at('train.jsonl'), `${lines[epoch - 1]}\n`);
      await checkpoint(epoch, 150);
      await toSay(new RegExp(`epoch ${epoch}: ${expected.patterns_per_layer[epoch].join(' – ')} patterns`));
    }
    running!.kill('SIGINT');
    assert.equal(await ended, 0);
    assert.match(said, /train\.jsonl: 2 of 3 snapshots matched/);
    assert.match(said, /3 snapshot\(s\) recorded while following/);

    // What comes while nobody follows is taken at the next start, in a burst.
    for (const epoch of [3, 4, 5, 6, 7, 8]) {
      appendFileSync(at('train.jsonl'), `${lines[epoch - 1]}\n`);
      await checkpoint(epoch);
    }
    assert.equal(await follow('--out', at('run'), '--until-quiet', '1'), 0);
    assert.match(said, /6 snapshot\(s\) recorded while following/);

    const { stdout, code } = await apd('report', at('run'), '--json', '--resolution', 'exact');
    assert.equal(code, 0);
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual(
      report.snapshots.map(({ levels }) => levels.map(({ exactPatterns }) => exactPatterns)),
      expected.patterns_per_layer,
    );
    assert.deepEqual(
      report.snapshots.map(({ log }) => log?.line),
      [undefined, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(report.log.matched, 8);
  });

  it('says what is missing or does not fit', async () => {
    const none = await apd('follow', at('models'), '--out', at('nowhere'));
    assert.equal(none.code, 2);
    assert.match(none.stderr, /--data is needed to begin a run/);
    copyFileSync(fixture('digits', nameOf(0)), at(nameOf(0)));
    assert.equal((await apd('record', at(nameOf(0)), ...data, '--out', at('other'))).code, 0);
    const where = await apd('follow', '--out', at('other'));
    assert.equal(where.code, 2);
    assert.match(where.stderr, /was not followed yet: name the folder/);
    const others = await apd('follow', at(), '--data', fixture('moons', 'x.npy'), '--out', at('other'));
    assert.equal(others.code, 1);
    assert.match(others.stderr, /was recorded of .*digits.x\.npy, not of .*moons.x\.npy/);
  });

  it('holds to the data that the run has, and says so where options ask for others', async () => {
    await checkpoint(0);
    const options = ['--take', '50', '--scale', '2'];
    const command = [at('models'), ...data, ...options, '--out', at('few'), '--until-quiet', '1'];
    assert.equal(await follow(...command), 0);
    // The same again goes on; a part of it does, too.
    assert.equal(await follow(...command), 0);
    const on = (...args: string[]) =>
      apd('follow', at('models'), ...args, '--out', at('few'), '--until-quiet', '1');
    assert.equal((await on('--take', '50')).code, 0);
    const differing: [string[], RegExp][] = [
      [['--take', '60'], /few: was recorded with --take 50/],
      [['--resize', '8'], /few: was recorded without --resize/],
      [['--classes', '1,0'], /few: was recorded without --classes/],
      [['--sample', '50'], /few: was recorded without --sample/],
      [['--scale', '3'], /few: was recorded with --scale 2 --mean 0 --std 1/],
      [['--no-labels'], /few: was recorded without --no-labels/],
      [['--labels', fixture('moons', 'y.npy')], /was recorded of .*digits.y\.npy, not of .*moons.y\.npy/],
    ];
    for (const [args, message] of differing) {
      const { code, stderr } = await on(...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  });

  it('is not quiet while a checkpoint is still being written, and counts those that never were models', async () => {
    mkdirSync(at('slow'));
    writeFileSync(at('slow', 'epoch-9.onnx'), 'no model');
    // Nothing was added to it for long, so it is given up at once.
    utimesSync(at('slow', 'epoch-9.onnx'), 1e9, 1e9);
    const whole = readFileSync(fixture('digits', nameOf(1)));
    const file = at('slow', 'epoch-1.onnx');
    const ended = follow(at('slow'), ...data, '--out', at('patient'), '--until-quiet', '1');
    for (let part = 0; part < 6; part++) {
      const length = Math.ceil(whole.length / 6);
      appendFileSync(file, whole.subarray(part * length, (part + 1) * length));
      if (part < 5) await stayedSo(500, () => assert.doesNotMatch(said, /recorded while following/));
    }
    assert.equal(await ended, 0);
    assert.match(
      said,
      /patient: 1 snapshot\(s\) recorded while following; 1 checkpoint\(s\) could not be read\./,
    );
  });
});
