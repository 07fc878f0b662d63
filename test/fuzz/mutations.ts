import type { Random } from '../../src/core/random';

/** Makes another file of a file. */
export type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** Whole numbers that break things: around nothing, signs, and the ends of types. */
const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** One of some things. */
export function pick<T>(things: readonly T[], random: Random): T {
  return things[random.below(things.length)];
}

/** A place in bytes; the beginning, where headers are, is chosen more often. */
function place(bytes: Buffer, random: Random): number {
  const within = random.below(2) === 0 ? Math.min(200, bytes.length) : bytes.length;
  return random.below(Math.max(1, within));
}

/** The bytes with some left out from a place on, and others put there. */
export function spliced(bytes: Buffer, at: number, leftOut: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + leftOut)]);
}

const byteMutations: Mutation[] = [
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => spliced(bytes, place(bytes, random), 1 + random.below(16), Buffer.alloc(0)),
  (bytes, random) => {
    const at = place(bytes, random);
    return spliced(bytes, at, 0, bytes.subarray(at, at + 1 + random.below(64)));
  },
  (bytes, random) =>
    spliced(bytes, place(bytes, random), 0, Buffer.alloc(1 + random.below(32), random.below(256))),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let changes = 1 + random.below(4); changes > 0 && copy.length > 0; changes--) {
      copy[place(copy, random)] ^= 1 << random.below(8);
    }
    return copy;
  },
  // A length or a count, of any width and order.
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const width = pick([1, 2, 4], random);
    if (copy.length < width) return copy;
    const at = Math.min(place(copy, random), copy.length - width);
    const value = pick(edges, random) & (width === 4 ? -1 : 2 ** (8 * width) - 1);
    if (random.below(2) === 0) copy.writeUIntLE(value >>> 0, at, width);
    else copy.writeUIntBE(value >>> 0, at, width);
    return copy;
  },
];

/** Bytes changed, cut off, left out, doubled or put in, whatever they mean. */
export const mutateBytes: Mutation = (bytes, random) => pick(byteMutations, random)(bytes, random);

/** Words that text of any kind is read wrongly by. */
const words = [
  '',
  '-',
  '0',
  '-1',
  '1e999',
  '-1e-999',
  'nan',
  'NaN',
  '-inf',
  'Infinity',
  'null',
  'true',
  '"',
  '""',
  "'",
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\0',
  '\ufeff',
  '\u2028',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ':',
  '\\',
  '__proto__',
  'constructor',
  '9007199254740993',
  '99999999999999999999',
  '1,5',
  '../../x',
  '/dev/zero',
  'x'.repeat(300),
];

/** A long run of one thing: what is quadratic, or goes down for each, shows at it. */
function longRun(random: Random): string {
  const piece = pick(
    ['1', '1.', 'e', '-', ' ', '[', '{"a":', '(', '"', '""', ',', '\b', 'a=1 ', '\r', '%', '0x'],
    random,
  );
  return piece.repeat(10 ** (2 + random.below(3)));
}

/** Tokens of a text replaced, left out, doubled, exchanged, or made very long. */
export const mutateText: Mutation = (bytes, random) => {
  if (random.below(5) === 0) return mutateBytes(bytes, random);
  const tokens = bytes.toString('latin1').split(/([^A-Za-z0-9_.+-])/);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(Math.max(1, tokens.length));
    switch (random.below(6)) {
      case 0:
        tokens.splice(at, 1 + random.below(4));
        break;
      case 1:
        tokens.splice(at, 0, ...tokens.slice(at, at + 1 + random.below(12)));
        break;
      case 2:
        tokens[at] = tokens[random.below(Math.max(1, tokens.length))] ?? '';
        break;
      case 3:
        tokens[at] = Buffer.from(longRun(random), 'utf8').toString('latin1');
        break;
      default:
        tokens[at] = Buffer.from(pick(words, random), 'utf8').toString('latin1');
    }
  }
  return Buffer.from(tokens.join(''), 'latin1');
};
