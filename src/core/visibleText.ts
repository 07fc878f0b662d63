/**
 * Characters that act where text is shown, instead of being seen: control characters (escape sequences of terminals begin
 * with one), what turns the direction of reading round, line ends beyond ASCII, and halves of characters.
 */
const acting = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\ufeff]/gu;

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  return named[character] ?? (code < 256 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`);
}

/** Text from anywhere as one line in which every character is seen and none acts: a line break is `\n`, escape `\x1b`. */
export function visibleText(text: string): string {
  return text.replace(acting, escaped);
}

/** The same for text of several lines: line breaks stay. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visibleText).join('\n');
}

/** Text of at most so many characters: of longer text the middle is left out, since names differ at their ends. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = (most - 1) >> 1;
  return visibleText(`${text.slice(0, most - 1 - half)}…${text.slice(text.length - half)}`);
}
