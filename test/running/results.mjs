// Results of a tier over its tries, and the lines that close a run.

/** Characters that mean something in a regular expression stand for themselves. */
function literally(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/**
 * Outermost suites of the tests that failed, as a pattern of titles: what shares a set-up is tried again together.
 * Undefined where it is no test that failed but the run itself, so that all is to be tried again.
 */
export function suitesOf(failed) {
  if (failed.some((titles) => titles.length === 1)) return undefined;
  const suites = [...new Set(failed.map(([suite]) => suite))];
  return `^(?:${suites.map(literally).join('|')})`;
}

/**
 * What counts after the second try of the suites that failed: a test that passes there alone is flaky. What failed and
 * was not tried again stays a failure.
 * @returns results, with the title paths of flaky tests apart from the passed ones
 */
export function afterSecondTry(first, second) {
  const key = (titles) => titles.join('\0');
  const tried = new Set([...second.passed, ...second.failed, ...second.skipped].map(key));
  const suitesTried = new Set([...second.passed, ...second.failed].map(([suite]) => suite));
  const wasTried = ([suite, ...rest]) => (rest.length === 0 ? suitesTried.size > 0 : suitesTried.has(suite));
  const passedBefore = new Set(first.passed.map(key));
  return {
    passed: [
      ...first.passed.filter((titles) => !tried.has(key(titles))),
      ...second.passed.filter((titles) => passedBefore.has(key(titles))),
    ],
    flaky: second.passed.filter((titles) => !passedBefore.has(key(titles))),
    failed: [...second.failed, ...first.failed.filter((titles) => !wasTried(titles))],
    skipped: [...first.skipped.filter((titles) => !tried.has(key(titles))), ...second.skipped],
  };
}

/** Names the flaky and the failed tests, and counts all: the last line is of the form that CI systems read. */
export function closingLines({ passed, flaky, failed, skipped }) {
  const named = (heading, tests) =>
    tests.length > 0 ? [heading, ...tests.map((titles) => `  - ${titles.join(' › ')}`), ''] : [];
  const counts = (all, ...more) => [`${all} passed`, `${failed.length} failed`, ...more].join(', ');
  const left = `${skipped.length} skipped`;
  return [
    ...named('Failed:', failed),
    ...named('Flaky (passed only at the second try):', flaky),
    counts(passed.length, `${flaky.length} flaky`, left),
    `total: ${counts(passed.length + flaky.length, left)}`,
  ];
}
