import { InputError } from '../../core/errors';
import { formatBytes, formatCount } from '../../core/wording';

/** How much a dataset file may ask for before it is refused. */
export interface Limits {
  /** Bytes that a file, or an archive member once inflated, may take in memory. */
  bytes: number;
  /** Pixels of one image. */
  pixels: number;
  /** How many times its own size a compressed text may have, once it is larger than `freeText`. */
  growth: number;
}

/** 1 GiB in memory, images of 64 megapixels, texts that are compressed to a hundredth. */
export const defaultLimits: Limits = { bytes: 1024 ** 3, pixels: 64 * 1024 ** 2, growth: 100 };

/** Inflated texts up to this size may have grown by any factor. */
export const FREE_TEXT = 32 * 1024 ** 2;

/** Files up to this size are held in memory; larger ones are read from the disk batch by batch. */
export const HELD_BYTES = 256 * 1024 ** 2;

/** The environment variable that sets other limits. */
const LIMITS_VARIABLE = 'APD_LIMITS';

const units: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/**
 * Limits as they are written: `bytes=8GiB pixels=100M growth=1000`, those that are left out as usual. Units are binary.
 * @throws InputError where a word is no such limit
 */
export function parseLimits(text: string): Limits {
  const limits = { ...defaultLimits };
  for (const word of text.split(/[\s,;]/).filter(Boolean)) {
    const [, name, number, unit] =
      /^(bytes|pixels|growth)=(\d{1,15}(?:\.\d{1,3})?)([KMGT]?)(?:i?B)?$/i.exec(word) ?? [];
    const value = Number(number) * units[(unit ?? '').toUpperCase()];
    if (name === undefined || !(value >= 1)) {
      const expected = 'expected limits such as bytes=4GiB pixels=100M growth=1000';
      throw new InputError(LIMITS_VARIABLE, `has \`${word.slice(0, 40)}\`, ${expected}`);
    }
    limits[name.toLowerCase() as keyof Limits] = value;
  }
  return limits;
}

/** The limits that hold: the usual ones, and those of the environment. @throws InputError as `parseLimits` */
export function presentLimits(): Limits {
  return parseLimits(process.env[LIMITS_VARIABLE] ?? '');
}

/** What a message about a limit ends with: the limit, and how a higher one is set. @param needed what would be enough */
export function limitAdvice(limits: Limits, limit: keyof Limits, needed: number): string {
  if (limit !== 'bytes') {
    const enough = Math.ceil(needed);
    const what = limit === 'pixels' ? ' pixels' : '';
    return `the limit is ${formatCount(limits[limit])}${what} (${LIMITS_VARIABLE}=${limit}=${enough} in the environment allows it)`;
  }
  const enough = Math.ceil(needed / 1024 ** 3);
  return `the limit is ${formatBytes(limits.bytes)} (${LIMITS_VARIABLE}=bytes=${enough}GiB in the environment allows it)`;
}
