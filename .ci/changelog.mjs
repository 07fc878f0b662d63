// The sections of CHANGELOG.md, in the form of Keep a Changelog.
const UNRELEASED = '## [Unreleased]';

/**
 * Gives what is under Unreleased the heading of a version, and leaves an empty Unreleased above it.
 * @param {string} changelog text of CHANGELOG.md
 * @param {string} version `1.2.3`
 * @param {string} date `2026-01-31`
 * @returns {{ changelog: string, section: string }} the new text; and the section of the version, without its heading
 * @throws {Error} where there is no such section, or nothing in it, or the version has one already
 */
export function releaseSection(changelog, version, date) {
  const start = changelog.indexOf(`${UNRELEASED}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md: has no line “${UNRELEASED}”`);
  if (changelog.includes(`\n## [${version}]`))
    throw new Error(`CHANGELOG.md: has a section of ${version} already`);
  const body = start + UNRELEASED.length;
  const next = changelog.indexOf('\n## [', body);
  const section = changelog.slice(body, next < 0 ? undefined : next).trim();
  if (!/^- /m.test(section)) throw new Error('CHANGELOG.md: nothing is listed under Unreleased');
  const rest = next < 0 ? '' : changelog.slice(next);
  const head = `${changelog.slice(0, body)}\n\n## [${version}] – ${date}\n\n${section}\n`;
  return { changelog: head + rest, section };
}

/**
 * The version after another.
 * @param {string} current `1.2.3`
 * @param {string} step `major`, `minor`, `patch`, or the version itself
 * @throws {Error} where it is none of them, or not later than the current one
 */
export function nextVersion(current, step) {
  const numbers = current.split('.').map(Number);
  const at = ['major', 'minor', 'patch'].indexOf(step);
  if (at >= 0) return numbers.map((number, i) => (i < at ? number : i === at ? number + 1 : 0)).join('.');
  if (!/^\d+\.\d+\.\d+$/.test(step ?? '')) {
    throw new Error(`${step ?? 'nothing'}: expected major, minor, patch, or a version such as 1.2.3`);
  }
  const wanted = step.split('.').map(Number);
  const differs = wanted.findIndex((number, i) => number !== numbers[i]);
  if (differs < 0 || wanted[differs] < numbers[differs])
    throw new Error(`${step} is not later than ${current}`);
  return step;
}
