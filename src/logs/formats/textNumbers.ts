import { canonicalMetric } from './metricNames';

/** A metric in a line of text. */
export interface NamedNumber {
  /** As written, with the split's word before it where it stands there: `val loss`. */
  name: string;
  value: number;
  /** Whether the name is one that metrics usually have. */
  usual: boolean;
  /** Where in the line it begins. */
  at: number;
}

const NUMBER = String.raw`[+-]?(?:(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:e[+-]?\d{1,4})?|nan|inf(?:inity)?)`;
const SPLIT = String.raw`(?:(train|training|val|valid|validation|test|eval|dev)\s)?`;
/**
 * A name, a separator, a number that nothing of a time, date, version or path follows, and the mean in parentheses that
 * running averages have behind the value. A name begins where no word goes on, which keeps the search linear.
 */
const pairs = new RegExp(
  String.raw`(?<![\w@/.%-])${SPLIT}([a-z_][\w@/.%-]{0,60})(\s{0,8}[:=]\s{0,8}|\s{1,8})(${NUMBER})` +
    String.raw`(?:\/(\d{1,18}(?:\.\d{1,18})?))?%?(?!\w|\.\d|[:/-]\d)(?:\s{0,4}\(\s{0,8}(${NUMBER})\s{0,8}\))?`,
  'gi',
);
/** Names of numbers that say where the training is, or which line of a script speaks. */
const noMetric =
  /^(?:epochs?|ep|steps?|global_?steps?|iter(?:ation)?s?|batch(?:es)?|batch_size|eta|v_num|seed|port|pid|rank|gpus?|.{0,80}\.(?:py|ipynb|sh|cc|cpp))$/i;

/** Metrics whose names are known for such without a sign between them and the number: "error 404" is none. */
const unmistakable = new Set(['loss', 'accuracy', 'top-5 accuracy', 'learning rate', 'perplexity']);

/** Words of a name before its last: behind a bracket, a sign, a number or the beginning, no more than three. */
const wordsBefore = /(?:^|[^\w\s]|\d%?\s|\s\s|\t)\s{0,4}((?:[a-z][\w-]{0,20}\s){1,3})$/i;
/** Words that belong to the sentence and not to the name. */
const sentence =
  /^(?:with|and|got|has|have|had|is|at|in|of|the|a|an|for|on|to|then|by|its|saved|done|finished|took|current|now|info|debug|warning|warn|error|epochs?|steps?|iter|iterations?|batch|per|average|avg|mean|set|results?|report|reports|took|elapsed|after|before)$/i;

/** A number of a text as Python and C print it. */
function textNumber(text: string): number {
  const word = /^([+-]?)(nan|inf)/i.exec(text);
  if (!word) return Number(text);
  if (word[2].toLowerCase() === 'nan') return NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

/**
 * The metrics in a line: `loss=0.1`, `Loss: 0.31`, `Loss 0.31 (0.42)` (the mean in parentheses is the value), `Accuracy:
 * 84/120` (the share), `[D loss: 0.5]` (a name of two words). Without a sign between name and number only names that
 * metrics usually have count.
 */
export function namedNumbers(line: string): NamedNumber[] {
  const found: NamedNumber[] = [];
  for (const match of line.matchAll(pairs)) {
    const [, word, bare, separator, value, whole, mean] = match;
    if (noMetric.test(bare)) continue;
    const meaning = canonicalMetric(word === undefined ? bare : `${word} ${bare}`);
    if (separator.trim() === '' && mean === undefined && !(meaning && unmistakable.has(meaning.name))) {
      continue;
    }
    const before = wordsOfName(line.slice(Math.max(0, match.index - 80), match.index));
    const name = before + (word === undefined ? bare : `${word} ${bare}`);
    const usual =
      meaning !== undefined || before.split(' ').some((one) => canonicalMetric(one) !== undefined);
    const share = whole === undefined ? textNumber(value) : textNumber(value) / Number(whole);
    const at = match.index - before.length;
    found.push({ name, value: mean === undefined ? share : textNumber(mean), usual, at });
  }
  return found;
}

/** Words that stand directly before a name and tell it from others of its kind, each with a blank behind it. */
function wordsOfName(before: string): string {
  const words = wordsBefore.exec(before)?.[1].trimEnd().split(' ') ?? [];
  const last = words.findLastIndex((word) => sentence.test(word) || isSplitWord(word));
  return words
    .slice(last + 1)
    .map((word) => `${word} `)
    .join('');
}

/** A word for a part of the data. */
const splitWord =
  /(?<![\w/.-])(train(?:ing)?|val(?:id(?:ation|at(?:e|ing))?)?|test(?:ing)?|eval(?:uation|uat(?:e|ing))?|dev)(?![\w/]|\.\w|\s{0,4}[:=]?\s{0,4}[+-]?\d)/gi;

function isSplitWord(word: string): boolean {
  return new RegExp(`^(?:${splitWord.source})$`, 'i').test(word);
}

/** Words for parts of the data in a line, and where each stands. */
export function splitWords(line: string): { word: string; at: number }[] {
  return Array.from(line.matchAll(splitWord), ({ index, 1: word }) => ({ word, at: index }));
}
