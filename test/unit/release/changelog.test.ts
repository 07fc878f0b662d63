import assert from 'node:assert/strict';
import { nextVersion, releaseSection } from '../../../.ci/changelog.mjs';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Diagrams of wide networks.

## [0.1.0] – 2026-01-02

- The first one.
`;

describe('the CHANGELOG of a release', () => {
  it('gets a section of the version, under an Unreleased that is empty', () => {
    const after = releaseSection(CHANGELOG, '0.2.0', '2026-03-04');
    assert.equal(after.section, '### Added\n\n- Diagrams of wide networks.');
    assert.equal(
      after.changelog,
      CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [0.2.0] – 2026-03-04\n'),
    );
  });

  it('is complete where there was no version before', () => {
    const first = CHANGELOG.slice(0, CHANGELOG.indexOf('\n## [0.1.0]'));
    assert.match(releaseSection(first, '0.1.0', '2026-03-04').changelog, /wide networks\.\n$/);
  });

  it('is refused where nothing is listed, or the version is there', () => {
    const after = releaseSection(CHANGELOG, '0.2.0', '2026-03-04').changelog;
    assert.throws(() => releaseSection(after, '0.3.0', '2026-03-05'), /nothing is listed under Unreleased/);
    assert.throws(() => releaseSection(CHANGELOG, '0.1.0', '2026-03-05'), /has a section of 0\.1\.0 already/);
    assert.throws(() => releaseSection('# Changelog\n', '0.1.0', '2026-03-05'), /has no line/);
  });
});

describe('the version of a release', () => {
  it('is the next of a kind, or one that is named', () => {
    assert.deepEqual(
      ['patch', 'minor', 'major', '1.10.0', '2.0.0'].map((step) => nextVersion('1.9.4', step)),
      ['1.9.5', '1.10.0', '2.0.0', '1.10.0', '2.0.0'],
    );
  });

  it('is later than the one before', () => {
    for (const step of ['1.9.4', '1.8.9', '0.10.10']) {
      assert.throws(() => nextVersion('1.9.4', step), /is not later than 1\.9\.4/);
    }
    for (const step of ['', 'next', '1.10', undefined]) {
      assert.throws(() => nextVersion('1.9.4', step), /expected major, minor, patch, or a version/);
    }
  });
});
