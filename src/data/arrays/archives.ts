import type { FileFormat } from '../files/fileFormat';
import type { Limits } from '../files/limits';
import { listMembers, openMember } from './npz';
import { listTensors, openTensor } from './safetensors';
import type { StoredArray } from './storedArray';

/** Formats of files that hold several arrays by name. */
export type ArchiveFormat = Extract<FileFormat, 'npz' | 'safetensors'>;

/** An array of a file that holds several: found, but not read. */
export interface ArchivedArray {
  name: string;
  /** @throws InputError where it is damaged, or its size over the limit */
  open(limits: Limits): Promise<StoredArray>;
}

/** Whether a file of a format holds arrays by name. */
export function isArchive(format: FileFormat): format is ArchiveFormat {
  return format === 'npz' || format === 'safetensors';
}

/** The arrays of a file that holds several, in their order. @throws InputError where it is damaged */
export async function listArrays(file: string, format: ArchiveFormat): Promise<ArchivedArray[]> {
  switch (format) {
    case 'npz':
      return (await listMembers(file)).map((member) => ({
        name: member.name,
        open: (limits) => openMember(member, limits),
      }));
    case 'safetensors':
      return (await listTensors(file)).map((tensor) => ({
        name: tensor.name,
        open: () => openTensor(file, tensor),
      }));
  }
}
