import { canonicalMetric } from './metricNames';

const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
/** Colours, cursor movements and window titles (ECMA-48). */
const ansi = new RegExp(
  `${ESCAPE}(?:\\[[0-9;?]{0,40}[ -/]{0,4}[@-~]|\\][^${BELL}${ESCAPE}]{0,400}(?:${BELL}|${ESCAPE}\\\\)?|[@-Z\\\\^_])`,
  'g',
);

const NUMBER = String.raw`[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:e[+-]?\d{1,4})?|[+-]?(?:nan|inf)`;
/** Numbers as libraries print theirs: `np.float64(0.6)`, `tensor(1.0, device='cuda:0')`, `array([0.5])`. */
const wrapped = new RegExp(
  String.raw`(?<![\w.])(?:[a-z_]\w{0,30}\.){0,3}(?:\w{0,20}(?:tensor|array|scalar|variable)|b?float\d{0,3}|u?int\d{0,3}|decimal)` +
    String.raw`\(\s{0,4}\[{0,3}\s{0,4}(${NUMBER})\s{0,4}\]{0,3}(?:,[^()]{0,120}(?:\([^()]{0,80}\)[^()]{0,80}){0,4})?\)`,
  'gi',
);
/** TensorFlow's eager tensors: `<tf.Tensor: shape=(), dtype=float32, numpy=0.6>`. */
const eager = new RegExp(String.raw`<tf\.[a-z]{1,20}[^<>]{0,80}numpy=(${NUMBER})>`, 'gi');
/** A list of a single number behind a name. */
const listed = new RegExp(String.raw`([:=]\s{0,4})\[\s{0,4}(${NUMBER})\s{0,4}\]`, 'gi');

/** A module with the line of its source, before the message of a logger: `yolox.core.trainer:253 - `. */
const source = /(?<![\w.:<-])([a-z_<][\w.<>-]{0,79}(?::[\w<>]{1,60})?):(\d{1,6})(?=\s{0,2}(?:[-–|\]>]|:\s))/i;
/** What loggers write before a message; a module alone may be a metric's name. */
const loggers = /\b(?:INFO|DEBUG|WARN(?:ING)?|ERROR|NOTICE|SUCCESS|TRACE)\b|\d\d:\d\d:\d\d/;

/** Words for the best so far, which is neither a value nor the number of the present epoch. */
const best = /(?<![a-z])(?:best(?![a-z])|(?:highest|lowest|maximum|minimum|max|min)\s(?=[a-z]))/i;
/** A line that is about the best alone. */
const beginsWithBest =
  /^(?:\W{0,10}|.{0,80}?\b(?:INFO|DEBUG)\b\W{0,10})(?:(?:new|the|current|saving|saved|save|found|epoch)\s){0,3}best(?![a-z])/i;
/** From the word on to the end of what is told of it: its name, its number, its epoch. */
const bestPair = new RegExp(
  String.raw`(?<![a-z])(?:best|highest|lowest|maximum|minimum|max|min)(?:[ _\w@/.%-]{0,40}?)\s{0,4}(?:[:=]\s{0,4}|\s)(?:${NUMBER})%?` +
    String.raw`(?:\s{0,2}[([]?\s{0,2}(?:at|@|in|of|from|on)?\s{0,2}epochs?\s{0,4}[:=#]?\s{0,4}\d{1,9}[)\]]?)?`,
  'gi',
);

/** A line without what only a terminal shows, without quotes, and with numbers that stand in wrappers as plain ones. */
export function plainLine(text: string): string {
  let line = text.includes(ESCAPE) ? text.replace(ansi, '') : text;
  if (line.includes("'") || line.includes('"')) line = line.replace(/['"]/g, '');
  if (line.includes('(')) line = line.replace(wrapped, ' $1');
  if (line.includes('<tf.')) line = line.replace(eager, ' $1');
  if (line.includes('[')) line = line.replace(listed, '$1$2');
  return withoutSource(line);
}

/** Without module and line of the source that a logger writes before its message. */
function withoutSource(line: string): string {
  const found = source.exec(line);
  if (!found || found.index > 120) return line;
  const [all, module] = found;
  const isModule = module.includes('.') || module.includes('<') || loggers.test(line.slice(0, found.index));
  if (!isModule || canonicalMetric(module) || /^(?:epochs?|steps?|iter)$/i.test(module)) return line;
  return line.slice(0, found.index) + line.slice(found.index + all.length);
}

/**
 * A line without what it tells of the best so far: `Best Loss: 2.27 | Best Epoch: 0`, `(best 0.9 at epoch 3)`. Of a line
 * that begins with it and is not parted by bars nothing is left.
 */
export function withoutBest(line: string): string {
  if (!best.test(line)) return line;
  if (/[|│]/.test(line)) {
    return line
      .split(/[|│]/)
      .filter((part) => !best.test(part))
      .join(' | ');
  }
  return beginsWithBest.test(line) ? '' : line.replace(bestPair, ' ');
}
