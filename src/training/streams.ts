import { Random } from '../core/random';

const text = new TextEncoder();

/**
 * Random numbers of one purpose: a stream of its own for every seed, purpose and place (epoch, step, layer, …).
 *
 * A training asks for the stream of the place where it is, and carries none along: what it draws in epoch 7 is the same
 * whether it came there in one go or was resumed, so that no generator has to be saved.
 */
export function stream(seed: number, purpose: string, ...place: number[]): Random {
  // FNV-1a over the name, then the finaliser of MurmurHash3, so that neighbouring places have unlike seeds.
  let hash = 0x811c9dc5;
  for (const byte of text.encode(`${seed}/${purpose}/${place.join('/')}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return new Random(hash ^ (hash >>> 16));
}

/** A standard normal number (Marsaglia's polar method). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random.float() - 1;
    const v = 2 * random.float() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}
