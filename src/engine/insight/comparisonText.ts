import { largest } from '../../core/lists';
import { formatCount, formatShare, pluralise } from '../../core/wording';
import type { ComparedSide, Comparison } from './compareRuns';

/** Instances that the text names. */
const NAMED = 10;

/** A comparison as lines of text. */
export function* comparisonText(comparison: Comparison): Iterable<string> {
  const { a, b, common, information, churn, right, changed } = comparison;
  yield `A  ${titleOf(a)}`;
  yield `B  ${titleOf(b)}`;
  yield `${pluralise(common, 'instance')} in common`;
  if (a.accuracy !== undefined && b.accuracy !== undefined) {
    const points = ((b.accuracy - a.accuracy) * 100).toFixed(1);
    yield `accuracy ${formatShare(a.accuracy)} → ${formatShare(b.accuracy)} (${points.startsWith('-') ? '' : '+'}${points} points)`;
  }
  if (churn !== undefined) yield `another class predicted for ${formatShare(churn)} of the instances`;
  if (right) {
    const { both, onlyA, onlyB, neither } = right;
    yield `right in both ${formatCount(both)}, in A alone ${formatCount(onlyA)}, in B alone ${formatCount(onlyB)}, in neither ${formatCount(neither)}`;
  }
  yield* informationText(a, b, information);
  if (changed.length > 0) {
    yield `other predictions (label: A → B), the first ${Math.min(NAMED, changed.length)} of ${changed.length}:`;
  }
  for (const { instance, label, a: before, b: after } of changed.slice(0, NAMED)) {
    yield `  instance ${instance} (${label ?? '–'}): ${before} → ${after}`;
  }
}

function titleOf({ name, epoch, step, levels }: ComparedSide): string {
  const at = step === undefined ? '' : `, step ${step}`;
  const shown = levels.map((level) => `${level.name} ${formatCount(level.patterns)}`).join(', ');
  return `${name}, epoch ${epoch}${at}: patterns ${shown}`;
}

function* informationText(a: ComparedSide, b: ComparedSide, information: number[][]): Iterable<string> {
  const columns = [...b.levels.map(({ name }) => name), 'output'];
  const rows = [...a.levels.map(({ name }) => name), 'output'];
  const first = largest(rows.map((name) => name.length)) + 2;
  const widths = columns.map((name) => Math.max(6, name.length) + 2);
  yield 'the same groups? (adjusted mutual information: 1 the same, 0 by chance; rows A, columns B)';
  yield ' '.repeat(first) + columns.map((name, c) => name.padStart(widths[c])).join('');
  for (const [r, name] of rows.entries()) {
    yield (
      name.padEnd(first) + information[r].map((value, c) => value.toFixed(2).padStart(widths[c])).join('')
    );
  }
}
