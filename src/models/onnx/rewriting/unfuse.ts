import type { OnnxGraph, OnnxNode } from '../proto/proto';
import { floatAttribute, nodeBytes } from './nodes';

/** Domain of ONNX Runtime's operations on blocked channels. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** A fused operation taken apart. */
export interface Unfused {
  nodes: Uint8Array[];
  /** The pre-activation where its channels are blocked, with how many there are: `ReorderOutput` makes it plain. */
  blocked?: { tensor: string; channels: number };
}

/** Attributes that hold the activation of a fused operation. */
const ofActivation = /^activation(_params|_alpha|_beta|_gamma)?$/;

/** The nodes of an activation: its parameters are attributes, or constants where they are inputs. */
function activationNodes(node: OnnxNode, input: string): Uint8Array[] | undefined {
  const op = node.attributes.get('activation')?.s ?? '';
  const listed = node.attributes.get('activation_params')?.floats ?? [];
  const single = ['alpha', 'beta', 'gamma'].map((name) => node.attributes.get(`activation_${name}`)?.f);
  const [first, second] = [listed[0] ?? single[0], listed[1] ?? single[1]];
  const [output] = node.outputs;
  const name = node.name && `${node.name}/${op}`;
  const made = (attributes: Uint8Array[]): Uint8Array[] => [
    nodeBytes({ op, inputs: [input], outputs: [output], name, attributes }),
  ];
  switch (op) {
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return made([]);
    case 'LeakyRelu':
      return made([floatAttribute('alpha', first ?? 0.01)]);
    case 'HardSigmoid':
      return made([floatAttribute('alpha', first ?? 0.2), floatAttribute('beta', second ?? 0.5)]);
    case 'Clip': {
      const bound = (value: number, bounds: string): Uint8Array =>
        nodeBytes({
          op: 'Constant',
          inputs: [],
          outputs: [bounds],
          attributes: [floatAttribute('value_float', value)],
        });
      const [low, high] = [`${output}/min`, `${output}/max`];
      return [
        bound(first ?? -Infinity, low),
        bound(second ?? Infinity, high),
        nodeBytes({ op, inputs: [input, low, high], outputs: [output], name }),
      ];
    }
    default:
      return undefined;
  }
}

/** Attributes of a node but those of its activation. */
function otherAttributes(node: OnnxNode): Uint8Array[] {
  return [...node.attributes.values()]
    .filter(({ name }) => !ofActivation.test(name))
    .map(({ bytes }) => bytes);
}

/** How many channels a blocked tensor holds: the number to which it is brought back, else that of the filters, padded. */
function channelsOf(graph: OnnxGraph, node: OnnxNode): number | undefined {
  let tensors = [node.outputs[0]];
  for (let step = 0; step < 8 && tensors.length; step++) {
    const readers = graph.nodes.filter(
      (reader) => reader.domain === BLOCKED_DOMAIN && reader.inputs.some((input) => tensors.includes(input)),
    );
    const back = readers.find(({ op }) => op === 'ReorderOutput')?.attributes.get('channels')?.i;
    if (back !== undefined) return back;
    tensors = readers.filter(({ op }) => op !== 'Conv').flatMap(({ outputs }) => outputs);
  }
  return graph.initializers.get(node.inputs[1])?.dims[0];
}

/**
 * Takes apart an operation that ONNX Runtime's optimiser fused with its activation (FusedConv, FusedGemm, and Conv on blocked
 * channels) or with its bias (BiasGelu, FastGelu).
 * @returns undefined for any other node, and for activations that are not known
 */
export function unfuse(graph: OnnxGraph, node: OnnxNode): Unfused | undefined {
  const [output] = node.outputs;
  const before = `${output}/pre`;
  const common = { name: node.name, attributes: otherAttributes(node) };
  if (node.domain === 'com.microsoft' && (node.op === 'BiasGelu' || node.op === 'FastGelu')) {
    if (node.inputs.length !== 2) return undefined;
    const op = node.op === 'BiasGelu' ? 'Gelu' : node.op;
    return {
      nodes: [
        nodeBytes({ op: 'Add', inputs: node.inputs, outputs: [before], name: node.name }),
        nodeBytes({ op, inputs: [before], outputs: [output], name: node.name, domain: node.domain }),
      ],
    };
  }
  const activation = activationNodes(node, before);
  if (!activation) return undefined;
  if (node.domain === 'com.microsoft' && node.op === 'FusedGemm') {
    return {
      nodes: [nodeBytes({ op: 'Gemm', inputs: node.inputs, outputs: [before], ...common }), ...activation],
    };
  }
  if (node.domain === 'com.microsoft' && node.op === 'FusedConv') {
    const [x, w, b = '', sum] = node.inputs;
    const conv = { op: 'Conv', inputs: [x, w, b], ...common };
    if (!sum) return { nodes: [nodeBytes({ ...conv, outputs: [before] }), ...activation] };
    const alone = `${output}/conv`;
    return {
      nodes: [
        nodeBytes({ ...conv, outputs: [alone] }),
        nodeBytes({ op: 'Add', inputs: [alone, sum], outputs: [before] }),
        ...activation,
      ],
    };
  }
  const channels = node.domain === BLOCKED_DOMAIN && node.op === 'Conv' ? channelsOf(graph, node) : undefined;
  if (channels === undefined) return undefined;
  const { op, inputs, domain } = node;
  return {
    nodes: [nodeBytes({ op, inputs, outputs: [before], domain, ...common }), ...activation],
    blocked: { tensor: before, channels },
  };
}
