/** RGB of RGBA. Alpha is left out, as Pillow's `convert('RGB')` does it. */
export function dropAlpha(rgba: ArrayLike<number>, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    rgb[at++] = rgba[pixel * 4];
    rgb[at++] = rgba[pixel * 4 + 1];
    rgb[at++] = rgba[pixel * 4 + 2];
  }
  return rgb;
}

/** Colours by their number, RGB one after the other: 256 of them. */
export class Palette {
  /** Those that a file does not give are grays, as Pillow's are. */
  private readonly colours = Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3));

  /** @param given samples of the first colours, RGB one after the other */
  constructor(private readonly given: ArrayLike<number>) {
    for (let at = 0; at < Math.min(given.length, 768); at++) this.colours[at] = given[at];
  }

  /** Whether all colours that the file gives are grays. */
  get isGray(): boolean {
    const { given } = this;
    return Array.prototype.every.call(given, (value: number, at: number) => value === given[at - (at % 3)]);
  }

  /** Samples of pixels that are numbers of colours: one a pixel where all are grays, else RGB. */
  lookUp(indices: Uint8Array): Uint8Array {
    const channels = this.isGray ? 1 : 3;
    const samples = new Uint8Array(indices.length * channels);
    for (let pixel = 0, at = 0; pixel < indices.length; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        samples[at++] = this.colours[indices[pixel] * 3 + channel];
      }
    }
    return samples;
  }
}

/** Unpacks numbers of 1, 2, 4 or 8 bits, the first in the highest bits; each row begins with a byte of its own. */
export function unpackBits(
  bytes: Uint8Array,
  sides: { width: number; height: number },
  bits: number,
): Uint8Array {
  const { width, height } = sides;
  if (bits === 8) return bytes.subarray(0, width * height);
  const rowBytes = Math.ceil((width * bits) / 8);
  const mask = 2 ** bits - 1;
  const numbers = new Uint8Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * bits;
      numbers[at++] = (bytes[row * rowBytes + (bit >> 3)] >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return numbers;
}
