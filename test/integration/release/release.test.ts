import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../../helpers/setup';

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n- Pictures.\n';
const MANIFEST =
  '{\n  "name": "extension",\n  "version": "0.1.0",\n  "dependency": { "version": "0.1.0" }\n}\n';

describe('npm run release', function () {
  this.timeout(30_000);
  const folder = temporaryFolder('test');
  const read = (name: string) => readFileSync(folder(name), 'utf8');
  const write = (name: string, text: string) => writeFileSync(folder(name), text);

  const git = (...args: string[]) => {
    const settings = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];
    return execFileSync('git', [...settings, ...args], { cwd: folder(), encoding: 'utf8' }).trim();
  };

  /** A repository with the script, and with stand-ins for the tests and the packing that it calls. */
  beforeEach(() => {
    git('init', '--quiet');
    git('config', 'user.name', 'Tester');
    git('config', 'user.email', 'tester@example.org');
    for (const part of ['.ci', 'test/host', 'out']) mkdirSync(folder(part), { recursive: true });
    for (const name of ['release.mjs', 'changelog.mjs']) copyFileSync(`.ci/${name}`, folder('.ci', name));
    write('.gitignore', 'out/\n');
    write('package.json', MANIFEST);
    write(
      'package-lock.json',
      MANIFEST.replace('"dependency"', '"packages": { "version": "0.1.0" },\n  "dependency"'),
    );
    write('CHANGELOG.md', CHANGELOG);
    tests('exit 0');
    packing("writeFileSync(file, readFileSync('package.json')); return file;");
    git('add', '-A');
    git('commit', '--quiet', '-m', 'First');
  });

  function tests(command: string): void {
    write('.ci/run', `#!/bin/sh\n${command}\n`);
    chmodSync(folder('.ci/run'), 0o755);
  }

  function packing(body: string): void {
    const imports = "import { readFileSync, writeFileSync } from 'node:fs';\n";
    write('test/host/package.mjs', `${imports}export async function makePackage(file) { ${body} }\n`);
  }

  function release(step: string): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/release.mjs', step], {
      cwd: folder(),
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  }

  it('writes section, version and package, and commits and tags them', () => {
    const { status, said } = release('minor');
    assert.equal(status, 0, said);
    assert.match(
      read('CHANGELOG.md'),
      /## \[Unreleased\]\n\n## \[0\.2\.0\] – \d{4}-\d\d-\d\d\n\n- Pictures\.\n$/,
    );
    assert.equal(read('package.json'), MANIFEST.replace('0.1.0', '0.2.0'));
    assert.equal(read('package-lock.json').match(/0\.2\.0/g)?.length, 2);
    assert.equal(read('out/extension-0.2.0.vsix'), read('package.json'));
    assert.equal(git('status', '--porcelain'), '');
    assert.equal(git('describe'), 'v0.2.0');
  });

  it('is refused with something that is not committed', () => {
    write('note.txt', 'not committed');
    const { status, said } = release('minor');
    assert.equal(status, 1);
    assert.match(said, /No release: These are not committed:\n\?\? note\.txt/);
    assert.equal(read('CHANGELOG.md'), CHANGELOG);
  });

  it('is refused when the tests fail', () => {
    tests('exit 1');
    git('commit', '--quiet', '-am', 'A fault');
    const { status, said } = release('minor');
    assert.equal(status, 1);
    assert.match(said, /No release: .*\.ci\/run/);
    assert.equal(read('CHANGELOG.md'), CHANGELOG);
    assert.equal(git('tag'), '');
  });

  it('leaves the files as they were when the package cannot be made', () => {
    packing("throw new Error('there is no room');");
    git('commit', '--quiet', '-am', 'Another packing');
    const { status, said } = release('1.0.0');
    assert.equal(status, 1);
    assert.match(said, /No release: there is no room/);
    assert.equal(git('status', '--porcelain'), '');
    assert.ok(!existsSync(folder('out/extension-1.0.0.vsix')));
  });
});
