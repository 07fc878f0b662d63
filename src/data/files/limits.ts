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
