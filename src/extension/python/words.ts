/**
 * Words of a line as a shell splits it: blanks separate, quotes hold together, a backslash takes the next character as it
 * is (not within single quotes). Nothing is expanded.
 * @returns the words, or what is wrong with the line
 */
export function splitArguments(line: string): string[] | { problem: string } {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '\\' && quote !== "'" && /["'\\\s]/.test(line[at + 1] ?? '')) {
      word = (word ?? '') + line[++at];
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return { problem: `a quote ${quote} is not closed` };
  return word === undefined ? words : [...words, word];
}
