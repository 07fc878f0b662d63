import { createHash } from 'node:crypto';
import { readPieces, stoppable } from './fileAccess';

/** SHA-256 of bytes, hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * SHA-256 of a file, hexadecimal, read piece by piece.
 * @throws InputError where it cannot be read
 */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stoppable(readPieces(path), signal)) hash.update(piece);
  return hash.digest('hex');
}
