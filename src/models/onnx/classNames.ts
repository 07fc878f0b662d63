import type { GraphIndex } from './activations/graphIndex';
import { OnnxElementType, type OnnxTensor, type OnnxValue } from './proto/proto';
import { tensorTexts } from './proto/tensor';

/** Operations between the names of classes and an output of class names. */
const handingOn = new Set([
  'Identity',
  'Reshape',
  'Cast',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Gather',
  'ArrayFeatureExtractor',
]);

/** A constant of texts that a tensor is. */
function textsOf(index: GraphIndex, name: string): OnnxTensor | undefined {
  const tensor = index.initializer(name) ?? index.maker(name)?.attributes.get('value')?.t;
  return tensor?.elementType === OnnxElementType.string ? tensor : undefined;
}

/**
 * Names of the classes that an output of class names chooses from, in the model's order: a constant that it is looked up in,
 * or the names that an operation of machine learning brings along.
 */
export function classNamesOf(index: GraphIndex, value: OnnxValue): string[] | undefined {
  if (value.elementType !== OnnxElementType.string) return undefined;
  let maker = index.maker(value.name);
  for (let step = 0; maker && step < 16; step++) {
    const named =
      maker.attributes.get('classlabels_strings')?.strings ?? maker.attributes.get('cats_strings')?.strings;
    if (named?.length) return named;
    for (const input of maker.inputs) {
      const tensor = textsOf(index, input);
      const texts = tensor && tensorTexts(tensor);
      if (texts?.length) return texts;
    }
    if (!handingOn.has(maker.op)) return undefined;
    maker = index.maker(maker.inputs[0]);
  }
  return undefined;
}
