import type { BlockKind } from '../overview';

/** How blocks of several nodes are told apart, besides their colour: the text says what the hatching stands for. */
export const mergedKinds: { kind: Exclude<BlockKind, 'alone'>; text: string }[] = [
  { kind: 'singletons', text: 'merged: patterns of one instance' },
  { kind: 'pure', text: 'merged: small patterns of one class' },
  { kind: 'mixed', text: 'merged: small patterns of several classes' },
];
