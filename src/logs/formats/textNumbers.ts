import { canonicalMetric } from './metricNames';

/** A metric in a line of text. */
export interface NamedNumber {
  /** As written, with the split's word before it where it stands there: `val loss`. */
  name: string;
  value: number;
  /** Whether the name is one that metrics usually have. */
  usual: boolean;
}

const number = String.raw`[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)`;
const split = String.raw`(?:(train|training|val|valid|validation|test|eval|dev)\s)?`;
/**
 * A name, a separator, a number that nothing of a time, date, version or path follows, and the mean in parentheses that
 * running averages have behind the value. A name begins where no word goes on, which keeps the search linear.
 */
const pairs = new RegExp(
  String.raw`(?<![\w@/.%-])${split}([a-z_][\w@/.%-]{0,60})(\s{0,8}[:=]\s{0,8}|\s{1,8})(${number})` +
    String.raw`(?:\/(\d+(?:\.\d+)?))?%?(?!\w|\.\d|[:/-]\d)(?:\s{0,4}\(\s{0,8}(${number})\s{0,8}\))?`,
  'gi',
);
/** Names of numbers that say where the training is, or which line of a script speaks. */
const noMetric =
  /^(?:epochs?|steps?|global_?steps?|iter(?:ation)?s?|batch(?:es)?|batch_size|eta|v_num|seed|port|pid|rank|gpus?|.*\.(?:py|ipynb|sh|cc|cpp))$/i;

/** Metrics whose names are known for such without a sign between them and the number: "error 404" is none. */
const unmistakable = new Set(['loss', 'accuracy', 'top-5 accuracy', 'learning rate', 'perplexity']);

/** A number of a text as Python and C print it. */
export function textNumber(text: string): number {
  const word = /^([+-]?)(nan|inf)/i.exec(text);
  if (!word) return Number(text);
  if (word[2].toLowerCase() === 'nan') return NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}

/**
 * The metrics in a line: `loss=0.1`, `Loss: 0.31`, `Loss 0.31 (0.42)` (the mean in parentheses is the value), `Accuracy:
 * 84/120` (the share). Without a sign between name and number only names that metrics usually have count.
 */
export function namedNumbers(line: string): NamedNumber[] {
  const found: NamedNumber[] = [];
  for (const match of line.matchAll(pairs)) {
    const [, word, bare, separator, value, whole, mean] = match;
    if (noMetric.test(bare)) continue;
    const name = word === undefined ? bare : `${word} ${bare}`;
    const meaning = canonicalMetric(name);
    if (separator.trim() === '' && mean === undefined && !(meaning && unmistakable.has(meaning.name))) {
      continue;
    }
    const share = whole === undefined ? textNumber(value) : textNumber(value) / Number(whole);
    found.push({ name, value: mean === undefined ? share : textNumber(mean), usual: meaning !== undefined });
  }
  return found;
}
