import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SIDE = 28;

/** Gray value of a pixel of an image: each image has a corner of its own brightness, and the rest is black. */
export function pixelOf(image: number, x: number, y: number): number {
  return x < SIDE / 2 && y < SIDE / 2 ? 20 * (image + 1) : 0;
}

/** Writes images and their labels (0 … 9 in turn) as IDX files into a new folder. */
export function writeImages(folder: string, count: number): void {
  mkdirSync(folder);
  const images = Buffer.alloc(16 + count * SIDE * SIDE);
  const head = [0x0803, count, SIDE, SIDE];
  head.forEach((value, i) => images.writeUInt32BE(value, 4 * i));
  for (let pixel = 0; pixel < count * SIDE * SIDE; pixel++) {
    const within = pixel % (SIDE * SIDE);
    images[16 + pixel] = pixelOf(Math.floor(pixel / (SIDE * SIDE)), within % SIDE, Math.floor(within / SIDE));
  }
  const labels = Buffer.alloc(8 + count);
  labels.writeUInt32BE(0x0801, 0);
  labels.writeUInt32BE(count, 4);
  for (let image = 0; image < count; image++) labels[8 + image] = image % 10;
  writeFileSync(path.join(folder, 'some-images-idx3-ubyte'), images);
  writeFileSync(path.join(folder, 'some-labels-idx1-ubyte'), labels);
}
