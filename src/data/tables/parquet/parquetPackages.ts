import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { Compressors } from 'hyparquet/src/types.js';
import { decompressLz4, decompressLz4Raw, decompressSnappy, decompressZstd } from 'hyparquet-compressors';

/** What inflates pages. Each is given how long the page becomes, which was checked, and gives no more. */
const compressors: Compressors = {
  SNAPPY: decompressSnappy,
  GZIP: (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  ZSTD: (bytes, size) => decompressZstd(bytes, new Uint8Array(size)),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/** What reads Parquet: a module of its own, since it is loaded only when a file is one. */
export { compressors, parquetHeader, parquetMetadataAsync, parquetRead, parquetSchema };
