import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mayContact, namedFile } from '../../../src/data/files/namedFile';
import { datasetOptionsOf } from '../../../src/engine/recording/reopenDataset';
import { linkTarget } from '../../../src/runs/links';
import type { Run } from '../../../src/runs/readRun';
import { checkTrainingText } from '../../../src/training/config/checkText';

const windows = { platform: 'win32' as const, allowedHosts: ['nas'] };
const elsewhere = [
  String.raw`\\evil\share\x.npy`,
  '//evil/share/x.npy',
  String.raw`\/evil\share`,
  String.raw`/\evil/share`,
  String.raw`\\?\UNC\evil\share\x`,
  String.raw`//./UNC/evil/share`,
  String.raw`\\.\pipe\evil`,
  String.raw`\\evil@80\DavWWWRoot\x`,
];

describe('files that other files name', () => {
  it('lead to no other computer on Windows, however that is written', () => {
    for (const name of elsewhere) {
      assert.throws(
        () => namedFile('C:\\runs\\a', name, 'apd-run.json', windows),
        { name: 'InputError', message: /^apd-run\.json: names .*, on another computer, .*allowedUNCHosts/ },
        name,
      );
    }
  });

  it('lead anywhere on this computer, as they did', () => {
    const of = (name: string, folder = 'C:\\runs\\a') => namedFile(folder, name, 'run', windows);
    assert.equal(of('../x.npy'), 'C:\\runs\\x.npy');
    assert.equal(of('D:\\data\\x.npy'), 'D:\\data\\x.npy');
    assert.equal(of('/data/x.npy'), 'C:\\data\\x.npy');
    assert.equal(of(String.raw`\\?\C:\data\x.npy`), String.raw`\\?\C:\data\x.npy`);
    assert.equal(namedFile('/runs/a', '//evil/x', 'run', { platform: 'linux' }), '/evil/x');
  });

  it('lead to the computer that the naming file is on, and to those that the user allowed', () => {
    assert.equal(namedFile('\\\\Evil\\runs\\a', '../x.npy', 'run', windows), '\\\\Evil\\runs\\x.npy');
    assert.equal(namedFile('C:\\runs', '//NAS/data/x.npy', 'run', windows), '\\\\NAS\\data\\x.npy');
    process.env.APD_NETWORK_HOSTS = 'one, Evil';
    try {
      assert.equal(mayContact('\\\\evil\\x', 'C:\\', { platform: 'win32' }), true);
    } finally {
      delete process.env.APD_NETWORK_HOSTS;
    }
    assert.equal(mayContact('\\\\evil\\x', 'C:\\', { platform: 'win32' }), false);
  });

  describe('on Windows', () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
    before(() => Object.defineProperty(process, 'platform', { ...platform, value: 'win32' }));
    after(() => Object.defineProperty(process, 'platform', platform));

    it('are refused where a manifest, a link or a configuration has them', () => {
      const manifest = { dataset: { path: '//evil/x', rows: 1, sha256: '' } };
      const run = { folder: 'C:\\run', manifest } as unknown as Run;
      assert.throws(() => datasetOptionsOf(run), /apd-run\.json: names \/\/evil\/x, on another computer/);
      assert.throws(() => linkTarget('C:\\run', '//evil/log'), /apd-links\.json: names \/\/evil\/log, on an/);
      const text = readFileSync('examples/moons/moons.apd.json', 'utf8').replace(
        /"data"/,
        '"out": "//evil/runs/a", "data"',
      );
      assert.equal(checkTrainingText(text, 'C:/x/a.apd.json').out, undefined);
    });
  });
});
