import assert from 'node:assert/strict';
import { standingDecisions, type LabelDecision } from '../../../src/runs/labelDecisions';

const WHEN = '2026-01-01T00:00:00.000Z';
const change = (instance: number, is: string): LabelDecision => ({ instance, was: 'a', is, when: WHEN });
const undo = (instance: number): LabelDecision => ({ instance, was: 'a', undo: true, when: WHEN });

describe('decisions that stand', () => {
  const standing = (...decisions: LabelDecision[]) =>
    [...standingDecisions(decisions)].map(([instance, { is }]) => [instance, is]);

  it('are the last of each instance', () => {
    assert.deepEqual(standing(change(1, 'b'), change(2, 'c'), change(1, 'd')), [
      [1, 'd'],
      [2, 'c'],
    ]);
  });

  it('are those before once the last is taken back, one by one', () => {
    assert.deepEqual(standing(change(1, 'b'), change(1, 'c'), undo(1)), [[1, 'b']]);
    assert.deepEqual(standing(change(1, 'b'), change(1, 'c'), undo(1), undo(1)), []);
    assert.deepEqual(standing(undo(1), change(1, 'b')), [[1, 'b']]);
  });
});
