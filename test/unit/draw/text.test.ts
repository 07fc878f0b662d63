import assert from 'node:assert/strict';
import { firstFitting, fitText, textWidth } from '../../../src/core/appearance/textWidth';
import { element, escapeText } from '../../../src/draw/svg';
import { formatCount, formatShare, pluralise } from '../../../src/core/wording';

describe('text of pictures', () => {
  it('fits what is asked for, with an ellipsis where something is left out', () => {
    const text = 'a rather long layer name';
    assert.equal(fitText(text, 1000, 12), text);
    for (const width of [10, 30, 60, 90]) {
      const short = fitText(text, width, 12);
      assert.ok(textWidth(short, 12) <= width);
      assert.match(short, /^a.*…$|^$/);
    }
    assert.equal(fitText('x', 1, 12), '');
    assert.ok(textWidth('層層', 12) > textWidth('ll', 12));
  });

  it('takes the longest variant that fits, and none that does not', () => {
    const variants = ['1,412 patterns of 32 units', '1,412 patterns', '1,412'];
    assert.equal(firstFitting(variants, 400, 11), variants[0]);
    assert.equal(firstFitting(variants, 90, 11), variants[1]);
    assert.equal(firstFitting(variants, 5, 11), '');
  });

  it('writes numbers for people', () => {
    assert.equal(formatCount(1234567), '1,234,567');
    assert.equal(formatCount(999), '999');
    assert.equal(formatShare(0), '0 %');
    assert.equal(formatShare(1), '100 %');
    assert.equal(formatShare(0.99999), '99.9 %');
    assert.equal(formatShare(0.00001), '0.1 %');
    assert.equal(formatShare(0.4567), '46 %');
    assert.equal(formatShare(0.0567), '5.7 %');
    assert.equal(pluralise(1, 'class', 'classes'), '1 class');
    assert.equal(pluralise(2000, 'class', 'classes'), '2,000 classes');
  });

  it('lets nothing become markup', () => {
    assert.equal(escapeText('<a href="x">&\u0000\u0007</a>'), '&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;');
    assert.equal(escapeText('line\nbreak\ttab é 層 😀'), 'line\nbreak\ttab é 層 😀');
    assert.equal(
      element('g', { id: '"><script>', x: 1.23456, y: undefined }),
      '<g id="&quot;&gt;&lt;script&gt;" x="1.23"/>',
    );
  });
});
