import type { GraphIndex } from '../activations/graphIndex';
import type { Constants } from '../activations/constants';
import type { OnnxNode } from '../proto/proto';
import { nodeBytes } from './nodes';

/** Whether something reads an output of a node beyond the first. */
function furtherRead(index: GraphIndex, node: OnnxNode): boolean {
  return node.outputs.slice(1).some((name) => index.readersOf(name).length > 0 || index.isOutput(name));
}

/**
 * A BatchNormalization or Dropout that was exported in training mode, as it is in use: with the statistics that the model
 * keeps instead of the batch's, and without dropping anything.
 * @returns undefined for any other node, and where what it tells of its training is read
 */
export function inEvaluationMode(
  index: GraphIndex,
  constants: Constants,
  node: OnnxNode,
): Uint8Array | undefined {
  const { op, name, domain, outputs, inputs } = node;
  if (domain !== '' || furtherRead(index, node)) return undefined;
  if (op === 'Dropout' && inputs[2] && constants.number(inputs[2])) {
    return nodeBytes({ op, name, inputs: inputs.slice(0, 2), outputs: outputs.slice(0, 1) });
  }
  const training = node.attributes.get('training_mode')?.i === 1 || outputs.length > 1;
  if (op !== 'BatchNormalization' || !training) return undefined;
  const attributes = [...node.attributes.values()]
    .filter((attribute) => attribute.name !== 'training_mode')
    .map(({ bytes }) => bytes);
  return nodeBytes({ op, name, inputs, outputs: outputs.slice(0, 1), attributes });
}
