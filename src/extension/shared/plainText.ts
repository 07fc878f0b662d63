import { shortened, visibleText } from '../../core/visibleText';

/** Characters of a text that VS Code is given; its own limit of a notification is 1,000. */
const LONGEST = 600;
/** Lines of a tooltip. */
const MOST_LINES = 200;
/** Takes no room, and stands between two characters that together would mean something. */
const APART = '\u200b';

/**
 * Text from files, models, logs, names and paths as VS Code may show it anywhere: in one line, with nothing that acts.
 * VS Code makes links of `[text](command:…)` in messages, which run commands, and icons of `$(name)`.
 */
export function plainText(text: string, most = LONGEST): string {
  const line = shortened(visibleText(text), most);
  return line.replaceAll('](', `]${APART}(`).replaceAll('$(', `$${APART}(`);
}

/** Lines of a tooltip or of a message's details: what is in one of them begins no other. Absent ones are left out. */
export function lines(texts: readonly (string | false | undefined)[]): string {
  const present = texts.filter((text): text is string => typeof text === 'string' && text !== '');
  const shown = present.slice(0, MOST_LINES).map((text) => plainText(text));
  return present.length > MOST_LINES ? [...shown, '…'].join('\n') : shown.join('\n');
}

/** The same for text that has lines. */
export function plainLines(text: string): string {
  return lines(text.split('\n'));
}

/** Text in a Markdown document that stays what it is. */
export function literal(text: string): string {
  const line = shortened(visibleText(text.replace(/\s+/g, ' ')), LONGEST);
  return line.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
