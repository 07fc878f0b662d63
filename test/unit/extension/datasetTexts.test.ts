import assert from 'node:assert/strict';
import { describedText, orderProblem } from '../../../src/extension/recording/datasetTexts';
import {
  imageFitText,
  parseImageFitText,
  usualImageFit,
} from '../../../src/extension/recording/imageFitText';

describe('what is told and asked of a dataset', () => {
  it('columns, label, classes and sizes on one line', () => {
    assert.equal(describedText({}), undefined);
    const columns = [
      { name: 'id', role: 'left out' as const },
      { name: 'a', role: 'feature' as const },
      { name: 'b', role: 'feature' as const },
      { name: 'kind', role: 'label' as const },
    ];
    const classes = { names: ['cat', 'dog'], sorted: true };
    assert.equal(describedText({ columns, classes }), 'a, b → kind · classes cat, dog (sorted)');
    assert.equal(describedText({ columns: columns.slice(0, 2) }), 'a → no label');
    const many = Array.from({ length: 20 }, (_, k) => `c${k}`);
    assert.match(describedText({ classes: { names: many, sorted: false } })!, /c7, … \(20\)$/);
    const sizes = { smallest: { height: 2, width: 3 }, largest: { height: 20, width: 30 } };
    assert.equal(describedText({ sizes }), 'images of 2×3 to 20×30');
  });

  it('an order of classes holds each of them once', () => {
    assert.equal(orderProblem(['b', 'a'], ['a', 'b']), undefined);
    assert.equal(orderProblem(['b'], ['a', 'b']), '“a” is missing');
    assert.equal(orderProblem(['b', 'b', 'a'], ['a', 'b']), '“b” stands there twice');
    assert.equal(orderProblem(['b', 'c', 'a'], ['a', 'b']), '“c” is none of the classes');
  });

  it('sizes of images as users write them', () => {
    for (const text of ['256 crop 224', '224x192', 'crop 32', '']) {
      const parsed = parseImageFitText(text);
      assert.ok(!('problem' in parsed), text);
      assert.equal(imageFitText(parsed), text);
    }
    assert.deepEqual(parseImageFitText(' resize 40 crop 32x30 '), { resize: '40', crop: '32x30' });
    for (const [text, problem] of [
      ['big', /“big” is no size/],
      ['40 50', /resize is given twice/],
      ['crop', /A size is missing/],
    ] as [string, RegExp][]) {
      const parsed = parseImageFitText(text);
      assert.match('problem' in parsed ? parsed.problem : '', problem);
    }
    const sides = { smallest: { height: 1, width: 1 }, largest: { height: 2, width: 2 } };
    assert.equal(usualImageFit(sides), '256 crop 224');
    assert.equal(usualImageFit({ ...sides, wanted: { height: 28, width: 20 } }), '28x20');
    assert.equal(usualImageFit({ ...sides, wanted: { height: 224, width: 224 } }), '256 crop 224');
  });
});
