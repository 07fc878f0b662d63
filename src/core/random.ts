/**
 * Seeded random numbers: the same seed gives the same numbers everywhere, so that whatever is drawn can be drawn again.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand: 128 bits of state, period at least 2³²), not for cryptography.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** @param seed any integer; its lower 32 bits count */
  constructor(seed: number) {
    this.a = seed | 0;
    // The seed is one word of four: rounds are thrown away until it has reached all of them.
    for (let i = 0; i < 12; i++) this.word();
  }

  /** A 32-bit word, as a signed integer. */
  private word(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }

  /** A number in [0, 1), a multiple of 2⁻⁵³. */
  float(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** An integer in 0 … n − 1, every one as likely. `n` is 1 … 2³²; a RangeError says so. */
  below(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 0x100000000)) {
      throw new RangeError(`expected an integer from 1 to 2^32, found ${n}`);
    }
    // Words beyond the largest multiple of n would favour the small numbers: they are drawn again.
    const fair = 0x100000000 - (0x100000000 % n);
    let word = this.word() >>> 0;
    while (word >= fair) word = this.word() >>> 0;
    return word % n;
  }

  /** Puts the items in random order, in place (Fisher–Yates). */
  shuffle(items: { length: number; [index: number]: number }): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const item = items[last];
      items[last] = items[other];
      items[other] = item;
    }
  }

  /**
   * `size` different integers of 0 … n − 1, ascending, every such set as likely (Floyd's algorithm: the memory is that of
   * the sample). All of them when `size` is n or more.
   */
  sample(n: number, size: number): Int32Array {
    if (size >= n) return Int32Array.from({ length: n }, (_, index) => index);
    const chosen = new Set<number>();
    for (let last = n - size; last < n; last++) {
      const draw = this.below(last + 1);
      chosen.add(chosen.has(draw) ? last : draw);
    }
    return Int32Array.from(chosen).sort();
  }
}
