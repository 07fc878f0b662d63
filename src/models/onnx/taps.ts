import type { AnalysedModel } from './describe';
import { OnnxElementType, isFloat } from './proto/proto';
import { field, join } from './proto/rewrite';
import { integerAttribute, nodeBytes, type NewNode } from './rewriting/nodes';
import { BLOCKED_DOMAIN } from './rewriting/unfuse';

/** A model whose pre-activations are outputs. */
export interface TappedModel {
  bytes: Uint8Array;
  /** Output to fetch for each layer; two layers may have the same. */
  outputs: string[];
}

/** The node that a tap goes through so that it can be read; undefined where it can be as it is. */
function nodeBefore(
  elementType: number | undefined,
  isInput: boolean,
  channels: number | undefined,
): Pick<NewNode, 'op' | 'domain' | 'attributes'> | undefined {
  if (channels !== undefined) {
    return {
      op: 'ReorderOutput',
      domain: BLOCKED_DOMAIN,
      attributes: [integerAttribute('channels', channels), integerAttribute('channels_last', 0)],
    };
  }
  const readable =
    elementType === undefined || (isFloat(elementType) && elementType !== OnnxElementType.bfloat16);
  if (!readable) return { op: 'Cast', attributes: [integerAttribute('to', OnnxElementType.float32)] };
  return isInput ? { op: 'Identity' } : undefined;
}

/**
 * Makes every layer's pre-activation an output of the model. Protocol buffers merge repeated messages, so one more
 * `graph` with nothing but the new outputs, at the end of the file's bytes, is enough. JavaScript has no bfloat16: such
 * taps are cast, and quantised ones. A tap that is the model's input goes through an Identity; one whose channels are blocked
 * is brought back to plain ones.
 */
export function exposeTaps({ description, bytes, model, taps, blocked }: AnalysedModel): TappedModel {
  const inputs = new Set((description.input.parts ?? [description.input]).map(({ name }) => name));
  const present = new Set(description.outputs);
  const known = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  const added: Uint8Array[] = [];
  const outputOf = new Map<string, string>();
  for (const { tensor, elementType } of taps) {
    if (outputOf.has(tensor)) continue;
    const between = nodeBefore(elementType, inputs.has(tensor), blocked.get(tensor));
    let output = tensor;
    if (between) {
      output = `${tensor}/tap`;
      while (known.has(output)) output += '_';
      added.push(field(1, nodeBytes({ ...between, inputs: [tensor], outputs: [output] })));
    }
    outputOf.set(tensor, output);
    // ValueInfoProto {1 name}: the engine finds the type itself.
    if (!present.has(output)) added.push(field(12, field(1, output)));
  }
  const outputs = taps.map(({ tensor }) => outputOf.get(tensor)!);
  return { bytes: added.length ? join([bytes, field(7, join(added))]) : bytes, outputs };
}
