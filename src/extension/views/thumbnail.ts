import { crc32, deflateSync } from 'node:zlib';
import type { ShownPlace } from '../../protocol/engine';

/** Shortest side of a thumbnail in pixels: small images are enlarged by a whole factor. */
const SMALLEST = 112;

/** An instance's image as a `data:` address of a PNG, enlarged until it can be seen. */
export function thumbnail(image: NonNullable<ShownPlace['image']>): string {
  const { width, height, channels, pixels } = image;
  const factor = Math.max(1, Math.ceil(SMALLEST / Math.max(width, height)));
  const rowBytes = width * factor * channels;
  // Each row starts with its filter: 0, none.
  const rows = Buffer.alloc(height * factor * (rowBytes + 1));
  for (let y = 0; y < height * factor; y++) {
    const from = Math.floor(y / factor) * width * channels;
    let at = y * (rowBytes + 1) + 1;
    for (let x = 0; x < width * factor; x++) {
      const pixel = from + Math.floor(x / factor) * channels;
      for (let c = 0; c < channels; c++) rows[at++] = pixels[pixel + c];
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width * factor, 0);
  header.writeUInt32BE(height * factor, 4);
  header[8] = 8;
  header[9] = channels === 1 ? 0 : 2;
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
