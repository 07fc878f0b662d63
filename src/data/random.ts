/**
 * Seeded random numbers in [0, 1): mulberry32 (T. Ettinger, public domain). The same seed gives the same numbers everywhere.
 * @param seed any number; its lowest 32 bits count
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

/** The numbers 0 to `count` − 1 of which the first `shuffled` are drawn at random (Fisher–Yates). */
export function shuffledIndices(count: number, shuffled: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const indices = Int32Array.from({ length: count }, (_, index) => index);
  for (let at = 0; at < shuffled; at++) {
    const other = at + Math.floor(random() * (count - at));
    const index = indices[other];
    indices[other] = indices[at];
    indices[at] = index;
  }
  return indices;
}
