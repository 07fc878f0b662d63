import type { FileFormat } from '../files/fileFormat';
import type { Limits } from '../files/limits';
import { listHdf5, openHdf5 } from './hdf5';
import { listMembers, openMember, shapeOfMember } from './npz';
import { listTensors, openTensor } from './safetensors';
import type { StoredArray } from './storedArray';

/** Formats of files that hold several arrays by name. */
export type ArchiveFormat = Extract<FileFormat, 'npz' | 'safetensors' | 'hdf5'>;

/** An array of a file that holds several: found, but not read. */
export interface ArchivedArray {
  name: string;
  /** Its axes. @throws InputError where its beginning is damaged */
  shape(): Promise<readonly number[]>;
  /** @throws InputError where it is damaged, or its size over the limit */
  open(limits: Limits): Promise<StoredArray>;
}

/** Whether a file of a format holds arrays by name. */
export function isArchive(format: FileFormat): format is ArchiveFormat {
  return format === 'npz' || format === 'safetensors' || format === 'hdf5';
}

/** The arrays of a file that holds several, in their order. @throws InputError where it is damaged */
export async function listArrays(
  file: string,
  format: ArchiveFormat,
  limits: Limits,
): Promise<ArchivedArray[]> {
  switch (format) {
    case 'npz':
      return (await listMembers(file)).map((member) => ({
        name: member.name,
        shape: () => shapeOfMember(member),
        open: (limits) => openMember(member, limits),
      }));
    case 'safetensors':
      return (await listTensors(file)).map((tensor) => ({
        name: tensor.name,
        shape: () => Promise.resolve(tensor.shape),
        open: () => openTensor(file, tensor),
      }));
    case 'hdf5':
      return (await listHdf5(file, limits)).map(({ name, shape }) => ({
        name,
        shape: () => Promise.resolve(shape),
        open: () => openHdf5(file, name, limits),
      }));
  }
}
