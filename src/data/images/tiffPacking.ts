/** Codes of LZW up to 12 bits. */
const MOST_CODES = 4096;
const CLEAR = 256;
const END = 257;

/**
 * Bytes that LZW has packed as TIFF does it: highest bits first, codes one earlier longer than in GIF.
 * @param size bytes that are wanted; fewer are given where the packed ones end before
 * @throws Error where a code cannot be
 */
export function unpackTiffLzw(packed: Uint8Array, size: number): Uint8Array {
  const prefix = new Uint16Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const stack = new Uint8Array(MOST_CODES + 1);
  const out = new Uint8Array(size);
  let [width, next, before, first, filled, bit] = [9, 258, -1, 0, 0, 0];
  while (filled < size && bit + width <= packed.length * 8) {
    let code = 0;
    for (let k = 0; k < width; k++, bit++) code = (code << 1) | ((packed[bit >> 3] >> (7 - (bit & 7))) & 1);
    if (code === END) break;
    if (code === CLEAR) {
      [width, next, before] = [9, 258, -1];
      continue;
    }
    if (code > next || (before < 0 && code > 255)) throw new Error('a code that there is not');
    let depth = 0;
    let entry = code;
    if (code === next) {
      stack[depth++] = first;
      entry = before;
    }
    for (; entry > 255; entry = prefix[entry]) stack[depth++] = suffix[entry];
    first = entry;
    stack[depth++] = first;
    while (depth > 0 && filled < size) out[filled++] = stack[--depth];
    if (before >= 0 && next < MOST_CODES) {
      prefix[next] = before;
      suffix[next] = first;
      next++;
    }
    if (next + 1 >= 1 << width && width < 12) width++;
    before = code;
  }
  return out.subarray(0, filled);
}

/** Bytes that PackBits has packed: runs and copies. @param size bytes that are wanted; fewer where the packed ones end before */
export function unpackBytes(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  for (let at = 0; at < packed.length && filled < size;) {
    const head = packed[at++];
    if (head === 128) continue;
    const count = Math.min(head < 128 ? head + 1 : 257 - head, size - filled);
    if (head < 128) {
      out.set(packed.subarray(at, at + count), filled);
      at += head + 1;
    } else {
      out.fill(packed[at++], filled, filled + count);
    }
    filled += count;
  }
  return out.subarray(0, filled);
}
