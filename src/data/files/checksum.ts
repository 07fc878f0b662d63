import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { asInputError } from './fileAccess';

/** SHA-256 of bytes, hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * SHA-256 of a file, hexadecimal, read piece by piece.
 * @throws InputError where it cannot be read
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk as Uint8Array);
    }
  } catch (error) {
    throw asInputError(path, error, 'cannot be read');
  }
  return hash.digest('hex');
}
