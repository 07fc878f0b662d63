import type { OnnxNode } from '../proto/proto';

/** Parts of a path that are kept: the last ones tell layers apart, the first are the same for all. */
const MOST_PARTS = 3;

/**
 * A readable name from the path that an exporter gave a node: `/net/net.0/Relu` is `net.0`, `model/dense/Relu` is
 * `model/dense`, `node_relu_1` is `relu_1`, `/2/Relu` (a part of a Sequential) is `relu_2`. The operation's own name is
 * kept where nothing else is there.
 */
function shortName(node: OnnxNode, activation: string): string {
  const parts = node.name.split('/').filter((part) => part !== '');
  const last = parts[parts.length - 1] ?? '';
  if (parts.length > 1 && last.startsWith(node.op)) {
    const number = last.slice(node.op.length);
    // A module that is used twice has both of its operations under the same path.
    if (/^(_\d+)?$/.test(number)) {
      parts.pop();
      parts[parts.length - 1] += number;
    }
  }
  // PyTorch repeats a module's path within the name of its parts: net, net.0.
  const own = parts.filter((part, i) => !(parts[i + 1]?.startsWith(`${part}.`) ?? false));
  const path = own.slice(-MOST_PARTS).join('/');
  const name = path.replace(/^node_/, '');
  return /^\d+(_\d+)?$/.test(name) ? `${activation.toLowerCase()}_${name}` : name;
}

/** Short names, one for each node, all different: nodes without a name are `relu1`, `relu2`, … */
export function layerNames(nodes: readonly { node: OnnxNode; activation: string }[]): string[] {
  const used = new Set<string>();
  const counts = new Map<string, number>();
  return nodes.map(({ node, activation: described }) => {
    // What a description adds in brackets, as that it is quantised, is no part of a name.
    const activation = described.replace(/ \(.*\)$/, '');
    let base = shortName(node, activation);
    let name = base;
    if (base === '') {
      base = activation.toLowerCase();
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      name = `${base}${count}`;
    }
    for (let k = 2; used.has(name); k++) name = `${base}_${k}`;
    used.add(name);
    return name;
  });
}
