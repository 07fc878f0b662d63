import type { AnalysedModel } from './describe';
import { ElementType } from './proto/proto';
import { field, integerField, join } from './proto/rewrite';

/** A model whose pre-activations are outputs. */
export interface TappedModel {
  bytes: Uint8Array;
  /** Output to fetch for each layer; two layers may have the same. */
  outputs: string[];
}

/** A node with one input and one output. */
function unaryNode(op: string, input: string, output: string, attributes: Uint8Array[] = []): Uint8Array {
  const node = [field(1, input), field(2, output), field(4, op), ...attributes.map((each) => field(5, each))];
  return field(1, join(node));
}

/** Attribute `to` of Cast: AttributeProto {1 name, 3 i, 20 type: 2 (INT)}. */
const castToFloat32 = join([field(1, 'to'), integerField(3, ElementType.float32), integerField(20, 2)]);

/**
 * Makes every layer's pre-activation an output of the model. Protocol buffers merge repeated messages, so one more
 * `graph` with nothing but the new outputs, at the end of the file's bytes, is enough. JavaScript has no bfloat16: such
 * taps are cast. A tap that is the model's input goes through an Identity.
 */
export function exposeTaps({ description, bytes, model, taps }: AnalysedModel): TappedModel {
  const present = new Set(description.outputs);
  const known = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  const added: Uint8Array[] = [];
  const outputOf = new Map<string, string>();
  for (const { tensor, elementType } of taps) {
    if (outputOf.has(tensor)) continue;
    const cast = elementType === ElementType.bfloat16;
    let output = tensor;
    if (cast || tensor === description.input.name) {
      output = `${tensor}/tap`;
      while (known.has(output)) output += '_';
      added.push(
        cast ? unaryNode('Cast', tensor, output, [castToFloat32]) : unaryNode('Identity', tensor, output),
      );
    }
    outputOf.set(tensor, output);
    // ValueInfoProto {1 name}: the engine finds the type itself.
    if (!present.has(output)) added.push(field(12, field(1, output)));
  }
  const outputs = taps.map(({ tensor }) => outputOf.get(tensor)!);
  return { bytes: added.length ? join([bytes, field(7, join(added))]) : bytes, outputs };
}
