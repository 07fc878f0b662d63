import type { LayerConfig } from './config';
import { errorAt, type Finding } from './finding';

/** A layer with its name. */
export type NamedLayer = LayerConfig & { name: string };

/** What the input of the network is called; no layer may have this name. */
export const INPUT_NAME = 'input';

/** Gives every layer without a name one of its type and its place: `dense_1`; more underscores where that is taken. */
export function nameLayers(layers: readonly LayerConfig[]): NamedLayer[] {
  const taken = new Set([INPUT_NAME, ...layers.flatMap(({ name }) => name ?? [])]);
  return layers.map((layer, index) => {
    if (layer.name !== undefined) return { ...layer, name: layer.name };
    const name = freeName(`${layer.type}_${index + 1}`, taken);
    return { ...layer, name };
  });
}

/** A name that is not taken yet, and then is. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}

/** Layers of one name, and layers that are called as the input is. */
export function checkNames(layers: readonly NamedLayer[]): Finding[] {
  const first = new Map<string, number>();
  return layers.flatMap(({ name }, index) => {
    const pointer = `/model/layers/${index}/name`;
    if (name === INPUT_NAME) {
      return [errorAt(pointer, `\`${INPUT_NAME}\` is the input of the network, expected another name`)];
    }
    const other = first.get(name);
    if (other !== undefined) {
      return [
        errorAt(pointer, `the name \`${name}\` is taken by layer ${other + 1}, expected one of its own`),
      ];
    }
    first.set(name, index);
    return [];
  });
}
