import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { InputError } from '../../core/errors';
import { fileSource } from '../files/byteSource';
import { asInputError, lookUpFile, readPieces } from '../files/fileAccess';
import { inflated, inflateWhole, type CompressedPart } from '../files/inflate';
import type { Limits } from '../files/limits';
import { checkNpySize, npyOfBytes, npyOfSource } from './npy';
import { parseNpyHeader } from './npyHeader';
import type { StoredArray } from './storedArray';
import { oneLine } from '../../core/wording';

/** An array of an archive, found but not read. */
export interface NpzMember {
  /** Name of the array: the file's name without `.npy`. */
  name: string;
  part: CompressedPart;
  stored: boolean;
  /** Declared size when inflated. */
  size: number;
  checksum: number;
}

/** More arrays than any dataset has. */
const MOST_MEMBERS = 10_000;

/**
 * The arrays of an `.npz` archive in their order.
 * @throws InputError where it is no archive, or damaged
 */
export async function listMembers(path: string): Promise<NpzMember[]> {
  await lookUpFile(path);
  let archive: ZipFile | undefined;
  try {
    archive = await yauzl.openPromise(path, { autoClose: false });
    const members: NpzMember[] = [];
    for await (const entry of archive.eachEntry()) {
      if (members.length === MOST_MEMBERS) {
        throw new InputError(path, `has more than ${MOST_MEMBERS} members`);
      }
      if (entry.fileName.endsWith('.npy')) members.push(await memberOf(path, archive, entry));
    }
    return members;
  } catch (error) {
    throw asInputError(path, error, 'is no .npz archive, or a damaged one');
  } finally {
    archive?.close();
  }
}

async function memberOf(path: string, archive: ZipFile, entry: Entry): Promise<NpzMember> {
  const name = entry.fileName.slice(0, -'.npy'.length);
  const place = `member ${oneLine(name)}`;
  if (!entry.canDecodeFileData()) {
    throw new InputError(path, 'is encrypted or packed in a way that NumPy does not use', place);
  }
  const stored = entry.compressionMethod === 0;
  if (stored && entry.compressedSize !== entry.uncompressedSize) {
    throw new InputError(path, 'is damaged: its two sizes differ though it is not compressed', place);
  }
  const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
  if (fileDataStart + entry.compressedSize > archive.fileSize) {
    throw new InputError(path, 'reaches beyond the end of the file', place);
  }
  const part = { path, place, start: fileDataStart, size: entry.compressedSize, format: 'deflate' as const };
  return { name, part, stored, size: entry.uncompressedSize, checksum: entry.crc32 };
}

/**
 * Opens one array of an archive. A stored one is read from the file as needed, a compressed one inflated into memory.
 * @throws InputError where its size is over the limit, or not what its header promises
 */
export async function openMember(member: NpzMember, limits: Limits): Promise<StoredArray> {
  const { part, name, size } = member;
  if (member.stored) {
    const source = await fileSource(part.path, part.start, size);
    checkChecksum(member, source.held);
    return npyOfSource(source, part.path, name);
  }
  const bytes = await inflateWhole(
    part,
    (head, ended) => {
      const header = parseNpyHeader(head, ended, part.path, part.place);
      if (header) checkNpySize(header, size, part.path, part.place);
      return header?.size;
    },
    limits,
  );
  checkChecksum(member, bytes);
  return npyOfBytes(bytes, part.path, name);
}

/** Axes of an array of an archive, by its header alone. @throws InputError where that is damaged */
export async function shapeOfMember({ part, stored }: NpzMember): Promise<readonly number[]> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of stored ? readPieces(part.path, part.start, part.size) : inflated(part)) {
    head = Buffer.concat([head, piece]);
    const header = parseNpyHeader(head, false, part.path, part.place);
    if (header) return header.shape;
  }
  throw new InputError(part.path, 'is cut off within its header', part.place);
}

function checkChecksum(member: NpzMember, bytes: Uint8Array | undefined): void {
  if (bytes && crc32(bytes) !== member.checksum) {
    throw new InputError(
      member.part.path,
      'is damaged: its checksum (CRC-32) does not fit',
      member.part.place,
    );
  }
}
