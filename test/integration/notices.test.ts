import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Runs a module's text with what the packaging uses; what it gives as JSON. */
function evaluated<T>(text: string): T {
  const imports = `
    import { buildProduct } from './esbuild.mjs';
    import { isMet, noticesOf, shippedPackages } from './.ci/notices.mjs';
  `;
  const args = ['--input-type=module', '-e', `${imports} console.log(JSON.stringify(${text}))`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

describe('notices of other people’s code', function () {
  this.timeout(60_000);

  it('name every package in the bundles, and those that ship whole, each with its licence', () => {
    const { notices, packages } = evaluated<{
      notices: string;
      packages: { name: string; version: string; licence: string }[];
    }>(`await (async () => {
      const metafiles = await buildProduct({ write: false });
      return { notices: noticesOf(metafiles), packages: shippedPackages(metafiles) };
    })()`);
    const names = packages.map(({ name }) => name);
    for (const name of ['ajv', 'd3', '@tensorflow/tfjs-core', '@resvg/resvg-wasm', '@vscode/codicons']) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(names.includes('onnxruntime-web') && names.includes('flatbuffers'), 'what ships whole');
    for (const { name, version, licence } of packages) {
      assert.ok(notices.includes(`\n${name} ${version} (`), name);
      assert.doesNotMatch(licence, /GPL/);
    }
    for (const text of [
      'Permission is hereby granted',
      'Apache License',
      'SIL OPEN FONT LICENSE',
      'Mozilla Public',
    ]) {
      assert.ok(notices.includes(text), text);
    }
  });

  it('stop a package whose terms are not met', () => {
    const licences = {
      MIT: true,
      '(MIT OR GPL-3.0-or-later)': true,
      'Apache-2.0 AND MIT': true,
      'MIT AND GPL-3.0': false,
      'GPL-2.0-only': false,
      'AGPL-3.0-or-later': false,
      'LGPL-3.0': false,
      'SEE LICENSE IN x': false,
      '': false,
    };
    const met = evaluated<boolean[]>(`${JSON.stringify(Object.keys(licences))}.map(isMet)`);
    assert.deepEqual(met, Object.values(licences));
    const gpl = `{ inputs: { 'node_modules/jszip-of-a-test/x.js': {} } }`;
    assert.throws(() => evaluated(`noticesOf([${gpl}])`), /jszip-of-a-test/);
  });

  it('are let into the package', () => {
    const allowed = readFileSync('.vscodeignore', 'utf8').split('\n');
    for (const name of ['dist/THIRD-PARTY-NOTICES.txt', 'LICENSE', 'SECURITY.md']) {
      assert.ok(allowed.includes(`!${name}`), name);
    }
  });
});
