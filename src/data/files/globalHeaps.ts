/** Beginning of a collection of texts in an HDF5 file: its signature, version 1 and three bytes 0. */
const COLLECTION = Buffer.from('GCOL\x01\0\0\0', 'latin1');

/** Bytes before the objects of a collection, and before the content of an object. */
const HEADER = 16;

function sizeAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/**
 * Whether the texts of variable length in an HDF5 file lie where they are said to: objects of a collection fill it one after
 * another. The library goes round for ever where one has no size.
 * @param bytes the whole file, whose sizes are numbers of 8 bytes
 */
export function haveWholeHeaps(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(COLLECTION); at >= 0; at = buffer.indexOf(COLLECTION, at + HEADER)) {
    if (at + HEADER > bytes.length) return false;
    const end = at + sizeAt(view, at + 8);
    if (end > bytes.length) return false;
    for (let object = at + HEADER; object + HEADER <= end;) {
      const isFree = view.getUint16(object, true) === 0;
      const size = sizeAt(view, object + 8);
      // What is free counts its own header.
      const taken = isFree ? size : HEADER + Math.ceil(size / 8) * 8;
      if (taken < HEADER || object + taken > end) return false;
      object += taken;
    }
  }
  return true;
}
