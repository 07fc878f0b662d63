import fc from 'fast-check';
import assert from 'node:assert/strict';
import { continueNodes, stayingShare } from '../../../src/core/continuation';
import { levelNodes, numbers } from './arbitraries';

/** The node of each instance as letters and digits: 'aaab' are three instances of node 0 and one of node 1. */
function nodes(text: string) {
  return levelNodes(Array.from(text, (letter) => letter.charCodeAt(0) - 'a'.charCodeAt(0)));
}

describe('continuation of nodes', () => {
  it('carries nodes on, whatever their numbers', () => {
    const { from, to, shared, kind, fate } = continueNodes(nodes('aaabbc'), nodes('ccbbba'));
    assert.deepEqual(Array.from(from), [2, 1, 0]);
    assert.deepEqual(Array.from(to), [2, 1, 0]);
    assert.deepEqual(Array.from(shared), [1, 2, 2]);
    assert.deepEqual(kind, ['continued', 'continued', 'continued']);
    assert.deepEqual(fate, ['continued', 'continued', 'continued']);
    assert.equal(stayingShare(nodes('aaabbc'), nodes('ccbbba')), 5 / 6);
  });

  it('tells what was split off', () => {
    const [earlier, later] = [nodes('aaaaabb'), nodes('aaabbcc')];
    const { kind, fate, from } = continueNodes(earlier, later);
    assert.deepEqual(kind, ['continued', 'split', 'continued']);
    assert.deepEqual(fate, ['continued', 'continued']);
    assert.deepEqual(Array.from(from), [0, 0, 1]);
    assert.equal(stayingShare(earlier, later), 5 / 7);
  });

  it('tells what was merged', () => {
    const [earlier, later] = [nodes('aaabb'), nodes('aaaaa')];
    const { kind, fate, shared } = continueNodes(earlier, later);
    assert.deepEqual(kind, ['continued']);
    assert.deepEqual(fate, ['continued', 'merged']);
    assert.deepEqual(Array.from(shared), [3]);
    assert.equal(stayingShare(earlier, later), 3 / 5);
  });

  it('tells what is new, drawn together from several nodes, and what is gone, scattered', () => {
    // Of a three of five stay, of b three of five, of c three of five; the rest of them meets in d.
    const { kind } = continueNodes(nodes('aaaaabbbbbccccc'), nodes('aaaddbbbddcccdd'));
    assert.deepEqual(kind, ['continued', 'continued', 'continued', 'new']);
    // d had one instance of each of the others' later nodes.
    const { fate } = continueNodes(nodes('aaabbbcccddd'), nodes('aaabbbcccabc'));
    assert.deepEqual(fate, ['continued', 'continued', 'continued', 'gone']);
  });

  it('takes half for most, and a third for a scatter', () => {
    assert.deepEqual(continueNodes(nodes('aaabbb'), nodes('aacbbc')).kind, [
      'continued',
      'continued',
      'split',
    ]);
    assert.deepEqual(continueNodes(nodes('aaabbbccc'), nodes('aadbbdccd')).kind[3], 'new');
  });

  it('says of nodes without instances only that they are empty', () => {
    const { kind, fate, from, to } = continueNodes(nodes('aacc'), nodes('bbdd'));
    assert.deepEqual(kind, ['empty', 'continued', 'empty', 'continued']);
    assert.deepEqual(fate, ['continued', 'empty', 'continued']);
    assert.deepEqual(Array.from(from), [-1, 0, -1, 2]);
    assert.deepEqual(Array.from(to), [1, -1, 3]);
  });

  it('finds the largest overlaps either way', () => {
    const cases = fc
      .integer({ min: 1, max: 40 })
      .chain((length) => fc.record({ earlier: numbers(length, 6), later: numbers(length, 6) }));
    fc.assert(
      fc.property(cases, ({ earlier, later }) => {
        const [before, after] = [levelNodes(earlier), levelNodes(later)];
        const { from, to, shared, kind, fate } = continueNodes(before, after);
        const overlap = (e: number, l: number) =>
          earlier.filter((node, i) => node === e && later[i] === l).length;
        const most = (counts: number[], sizes: Int32Array) => {
          const largest = Math.max(...counts);
          const equal = [...counts.keys()].filter((node) => counts[node] === largest);
          const smallest = Math.min(...equal.map((node) => sizes[node]));
          return largest === 0 ? -1 : equal.find((node) => sizes[node] === smallest);
        };
        let staying = 0;
        for (let l = 0; l < after.count; l++) {
          const counts = Array.from({ length: before.count }, (_, e) => overlap(e, l));
          assert.equal(from[l], most(counts, before.occurrences));
          assert.equal(shared[l], Math.max(...counts));
          assert.equal(kind[l] === 'continued', from[l] >= 0 && to[from[l]] === l);
          assert.equal(kind[l] === 'empty', after.occurrences[l] === 0);
          if (kind[l] === 'continued') staying += shared[l];
          if (kind[l] === 'split') assert.ok(2 * shared[l] >= after.occurrences[l]);
          if (kind[l] === 'new') assert.ok(2 * shared[l] < after.occurrences[l]);
        }
        for (let e = 0; e < before.count; e++) {
          const counts = Array.from({ length: after.count }, (_, l) => overlap(e, l));
          assert.equal(to[e], most(counts, after.occurrences));
          assert.equal(fate[e] === 'continued', to[e] >= 0 && from[to[e]] === e);
          if (fate[e] === 'merged') assert.ok(2 * counts[to[e]] >= before.occurrences[e]);
          if (fate[e] === 'gone') assert.ok(2 * counts[to[e]] < before.occurrences[e]);
        }
        assert.equal(stayingShare(before, after), staying / earlier.length);
        assert.equal(stayingShare(before, before), 1);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('prefers the smaller of partners that share equally many, then the lower number', () => {
    // Two of a and all of b are in the new node, which is b's: a goes on in the four that stayed.
    const { from, kind, fate } = continueNodes(nodes('aaaaaabb'), nodes('aaaabbbb'));
    assert.deepEqual(Array.from(from), [0, 1]);
    assert.deepEqual(kind, ['continued', 'continued']);
    assert.deepEqual(fate, ['continued', 'continued']);
    // Of a one half is by itself, the other lies with two of b.
    assert.deepEqual(Array.from(continueNodes(nodes('aaaabbb'), nodes('aabbaac')).to), [1, 0]);
    // Equal in all: the lowest number.
    assert.deepEqual(Array.from(continueNodes(nodes('aabb'), nodes('abab')).to), [0, 0]);
  });

  it('lets nobody stay but one where a level falls apart into singletons', () => {
    assert.equal(stayingShare(nodes('aaaa'), nodes('abcd')), 1 / 4);
  });

  it('lets an instance stay only where its own node goes on', () => {
    // Two of b went over to a: they are in the node that continues a, not in the one that continues theirs.
    assert.equal(stayingShare(nodes('aaabbbbb'), nodes('aaaaabbb')), 6 / 8);
  });
});
