/** How much a dataset file may ask for before it is refused. */
export interface Limits {
  /** Bytes that a file, or an archive member once inflated, may take in memory. */
  bytes: number;
  /** Pixels of one image. */
  pixels: number;
}

/** 4 GiB in memory and images of 64 megapixels. */
export const defaultLimits: Limits = { bytes: 4 * 1024 ** 3, pixels: 64 * 1024 ** 2 };

/** Files up to this size are held in memory; larger ones are read from the disk batch by batch. */
export const heldBytes = 256 * 1024 ** 2;

/** A number of bytes for people: `12 bytes`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value.toLocaleString('en-GB') : value.toFixed(1)} ${units[unit]}`;
}

/** A count with thousands separators: `60,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count and its noun: `1 file`, `1,200 files`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
