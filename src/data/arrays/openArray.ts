import { InputError } from '../../core/errors';
import { isArchive, listArrays } from './archives';
import { heldSource } from '../files/byteSource';
import { lookUpFile } from '../files/fileAccess';
import { detectFormat, detectInflatedFormat } from '../files/fileFormat';
import { openGzippedIdx, openIdx } from './idx';
import { inflateWhole, type CompressedPart } from '../files/inflate';
import type { Limits } from '../files/limits';
import { chooseMember, partnerOf } from './memberChoice';
import { npyOfSource, openNpy } from './npy';
import { parseNpyHeader } from './npyHeader';
import type { StoredArray } from './storedArray';
import { splitMember } from '../../core/arrayMember';

/**
 * Opens an array: `.npy`, IDX, gzipped ones too, or one of a file that holds several (with `:member`, or by its usual names).
 * @param role which of the arrays of an archive is meant, where the path does not say
 * @throws InputError where it is none of these, damaged or over the limit
 */
export async function openArray(
  path: string,
  role: 'data' | 'labels' | 'only',
  limits: Limits,
  notices: string[],
): Promise<StoredArray> {
  const { file, member } = splitMember(path);
  const format = await detectFormat(file);
  if (isArchive(format)) {
    const members = await listArrays(file, format, limits);
    return chooseMember({ file, members, wanted: member, role, notices }).open(limits);
  }
  if (member !== undefined) {
    throw new InputError(file, `holds no arrays by name, so none \`${member}\``);
  }
  switch (format) {
    case 'npy':
      return openNpy(file);
    case 'idx':
      return openIdx(file);
    case 'gzip':
      return openGzipped(await gzipped(file), limits);
    case 'text':
    case 'parquet':
    case 'folder':
      throw new InputError(file, 'is no array: expected .npy, .npz, safetensors, HDF5 or IDX');
  }
}

/** A gzipped file as a part to inflate. */
export async function gzipped(path: string): Promise<CompressedPart> {
  const { size } = await lookUpFile(path);
  return { path, start: 0, size, format: 'gzip' };
}

async function openGzipped(part: CompressedPart, limits: Limits): Promise<StoredArray> {
  const format = await detectInflatedFormat(part);
  if (format === 'idx') return openGzippedIdx(part, limits);
  if (format === 'npy') {
    const sizeOf = (head: Uint8Array, ended: boolean) => parseNpyHeader(head, ended, part.path)?.size;
    return npyOfSource(heldSource(await inflateWhole(part, sizeOf, limits)), part.path);
  }
  throw new InputError(part.path, 'is gzipped, but no array inside: expected .npy or IDX');
}

/**
 * The labels that lie beside an array of an archive under a name that goes with its own.
 * @returns path of that array, `file.npz:member`; undefined where there is none
 */
export async function partnerMember(array: StoredArray, limits: Limits): Promise<string | undefined> {
  if (array.member === undefined) return undefined;
  const partner = partnerOf(array.member, (await namesInArchive(array.file, limits)) ?? []);
  return partner === undefined ? undefined : `${array.file}:${partner}`;
}

/** Names of the arrays of a file that holds several; undefined for another file. @throws InputError */
export async function namesInArchive(file: string, limits: Limits): Promise<string[] | undefined> {
  const format = await detectFormat(file);
  return isArchive(format) ? (await listArrays(file, format, limits)).map(({ name }) => name) : undefined;
}
