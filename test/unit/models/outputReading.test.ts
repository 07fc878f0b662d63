import assert from 'node:assert/strict';
import { readingOf, type ShownOutput } from '../../../src/models/onnx/outputReading';
import { OnnxElementType } from '../../../src/models/onnx/proto/proto';

/** An output as a trial run of three instances of 4 numbers shows it. */
function shown(dims: number[], more: Partial<ShownOutput> = {}): ShownOutput {
  return {
    value: { name: 'y', elementType: OnnxElementType.float32, dims },
    dims,
    rows: 3,
    sigmoid: false,
    input: { name: 'x', shape: [4], type: 'float32' },
    options: {},
    ...more,
  };
}

describe('what an output is', () => {
  const kind = (dims: number[], more?: Partial<ShownOutput>) => readingOf(shown(dims, more)).output.kind;

  it('is scores of classes where there are several numbers', () => {
    assert.equal(kind([3, 10]), 'logits');
    assert.equal(kind([3, 10, 1, 1], { options: { labelClasses: 0 } }), 'logits');
    assert.equal(kind([3, 10], { sigmoid: true, options: { labelClasses: 10 } }), 'logits');
  });

  it('is one number, whose labels tell whether it is a score', () => {
    assert.equal(kind([3, 1]), 'logit');
    assert.equal(kind([3, 1], { options: { labelClasses: 2 } }), 'logit');
    assert.equal(kind([3, 1], { sigmoid: true, options: { labelClasses: 0 } }), 'probability');
    for (const labelClasses of [0, 5, Infinity]) {
      const { output, notices } = readingOf(shown([3], { options: { labelClasses } }));
      assert.equal(output.kind, 'value');
      assert.match(notices.join(), /recorded as a value. --output-as class/);
    }
    assert.equal(kind([3, 1], { options: { labelClasses: 5, outputAs: 'class' } }), 'logit');
  });

  it('is labels where there are sigmoids and no labels, and is asked for otherwise', () => {
    const { output } = readingOf(shown([3, 5], { sigmoid: true, options: { labelClasses: 0 } }));
    assert.deepEqual(output, { name: 'y', kind: 'labels', columns: 5, threshold: 0.5 });
    assert.equal(readingOf(shown([3, 5], { options: { outputAs: 'labels' } })).output.threshold, 0);
  });

  it('is none where there is no row an instance, or the input is made anew', () => {
    for (const dims of [
      [3, 2, 16, 16],
      [12, 7],
      [2, 16],
      [3, 0],
    ]) {
      const { output, notices } = readingOf(shown(dims));
      assert.equal(output.kind, 'none');
      assert.match(notices.join(), /no class of an instance, so no outputs are recorded/);
    }
    const input = { name: 'x', shape: [8, 8], type: 'float32' };
    assert.equal(kind([3, 64], { input }), 'none');
    assert.equal(kind([3, 64], { input, options: { labelClasses: 64 } }), 'logits');
    assert.equal(kind([3, 4]), 'logits');
  });

  it('is what is asked for, or refused where it cannot be', () => {
    assert.equal(kind([3, 10], { options: { outputAs: 'none' } }), 'none');
    assert.equal(kind([3, 10], { options: { outputAs: 'value' } }), 'value');
    assert.throws(() => kind([3, 2, 9], { options: { outputAs: 'class' } }), /expected one row an instance/);
  });
});
