import path from 'node:path';
import { rewrite } from './rewrite';
import { fields, textOf } from './wire';

/** A location as engines look it up: `./weights.bin` and `sub//weights.bin` without their detours. */
export function plainLocation(location: string): string {
  return path.posix.normalize(location);
}

/** Writes an entry of `external_data`, its location made plain. */
function entry(bytes: Uint8Array): Uint8Array {
  const isLocation = [...fields(bytes)].some((field) => field.number === 1 && textOf(field) === 'location');
  return isLocation
    ? rewrite(bytes, { 2: (value) => [plainLocation(new TextDecoder().decode(value))] })
    : bytes;
}

const tensor = (bytes: Uint8Array): Uint8Array[] => [rewrite(bytes, { 13: (each) => [entry(each)] })];
const body = (bytes: Uint8Array): Uint8Array[] => [graph(bytes)];
const attribute = (bytes: Uint8Array): Uint8Array[] => [
  rewrite(bytes, { 5: tensor, 6: body, 10: tensor, 11: body }),
];
const node = (bytes: Uint8Array): Uint8Array[] => [rewrite(bytes, { 5: attribute })];

function graph(bytes: Uint8Array): Uint8Array {
  return rewrite(bytes, { 1: node, 5: tensor });
}

/** Writes a model with all its external tensors' locations made plain. */
export function withPlainLocations(model: Uint8Array): Uint8Array {
  return rewrite(model, { 7: body, 25: (definition) => [rewrite(definition, { 7: node })] });
}
