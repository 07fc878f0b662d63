import assert from 'node:assert/strict';
import { shortened, visibleLines, visibleText } from '../../../src/core/visibleText';

/** What acts where it is shown, by code so that this file itself does nothing. */
const acting = [
  0, 7, 8, 9, 10, 13, 0x1b, 0x7f, 0x85, 0x9b, 0x61c, 0x200e, 0x2028, 0x202e, 0x2066, 0xfeff, 0xd800,
];

describe('text that is seen and does not act', () => {
  it('every control, bidi and line-ending character is shown by its code', () => {
    for (const code of acting) {
      const shown = visibleText(`a${String.fromCharCode(code)}b`);
      assert.match(shown, /^a\\(n|r|t|x[0-9a-f]{2}|u[0-9a-f]{4})b$/, `character ${code.toString(16)}`);
    }
    assert.equal(visibleText(`red ${String.fromCharCode(27)}[31m`), String.raw`red \x1b[31m`);
  });

  it('leaves letters of every script, emoji and blanks as they are', () => {
    for (const text of ['gültig – 0.5', 'שלום', 'क्षि', '🏳️‍🌈 x', '$(a) [b](c)']) {
      assert.equal(visibleText(text), text);
    }
  });

  it('keeps the line breaks of text that has lines', () => {
    assert.equal(visibleLines('a\r\nb\tc\n'), 'a\nb\\tc\n');
  });

  it('leaves out the middle of what is too long', () => {
    assert.equal(shortened('abcdefghij', 10), 'abcdefghij');
    assert.equal(shortened('abcdefghijk', 6), 'abc…jk');
    // A character of two halves that was cut through leaves none of them.
    assert.equal(/\p{Cs}/u.test(shortened('😀'.repeat(9), 6)), false);
  });
});
