import assert from 'node:assert/strict';
import { lines, literal, plainText } from '../../../src/extension/shared/plainText';

/** How VS Code finds links in its messages, and icons in labels. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;
const icon = /(\\)?\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/g;

const hostile = [
  '[click](command:workbench.action.terminal.new)',
  '[a [b](command:x) c](https://evil "title")',
  '[[x]](file:///etc/passwd)',
  '[x](COMMAND:y)',
  '$(bug) $(sync~spin) \\$(x)',
  `a${String.fromCharCode(0x202e)}b${String.fromCharCode(27)}[0m\nc\r\td`,
];

describe('text that VS Code is given', () => {
  it('has no links, no icons, no lines and nothing that acts', () => {
    for (const text of hostile) {
      const plain = plainText(text);
      assert.equal([...plain.matchAll(link)].length, 0, plain);
      assert.equal([...plain.matchAll(icon)].length, 0, plain);
      assert.doesNotMatch(plain, /[\p{Cc}\p{Bidi_Control}]/u);
      assert.equal(plainText(plain), plain, 'made plain twice it is the same');
    }
  });

  it('reads as it did', () => {
    assert.equal(plainText(hostile[0]).replaceAll('\u200b', ''), hostile[0]);
    assert.equal(plainText('epoch 3 · 84.4 % – a_b [1](x.npy'), 'epoch 3 · 84.4 % – a_b [1]\u200b(x.npy');
  });

  it('is not longer than a message, with both ends of it', () => {
    const plain = plainText(`/first/${'x'.repeat(5000)}/last`);
    assert.ok(plain.length <= 600);
    assert.match(plain, /^\/first\/x+…x+\/last$/);
  });

  it('has the lines that it was given and no others', () => {
    assert.equal(lines(['a\nb', undefined, false, '', 'c']), 'a\\nb\nc');
    assert.equal(lines(Array.from({ length: 1000 }, () => 'x')).split('\n').length, 201);
  });

  it('is only text in Markdown', () => {
    for (const text of hostile) {
      const unescaped = literal(text).replace(/\\[!-/:-@[-`{-~]/g, '');
      assert.doesNotMatch(unescaped, /[!-/:-@[-`{-~]/);
    }
  });
});
