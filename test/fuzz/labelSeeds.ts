/** What a run keeps of decisions about labels. */
export const decisions = {
  formatVersion: 1,
  revision: 3,
  base: 'ab',
  decisions: [
    { instance: 1, was: 'a', is: 'b', why: 'looked at', score: 0.5, when: '2026-01-01T00:00:00.000Z' },
    { instance: 1, was: 'a', undo: true, when: '2026-01-01T00:00:01.000Z' },
    { instance: 0, was: 'b', leaveOut: true, when: '2026-01-01T00:00:02.000Z' },
  ],
};

/** Labels that changes are read for. */
export const labelsOfChanges = {
  instances: Int32Array.of(0, 1, 2),
  labels: Int32Array.of(1, 0, 1),
  classes: ['a', 'b'],
  base: 'ab',
};
