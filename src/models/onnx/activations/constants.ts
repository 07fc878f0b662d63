import { scalarFunction } from './scalarOps';
import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';
import { tensorValues } from '../proto/tensor';

/** Operations that hand a constant on unchanged, whatever its shape. */
const handingOn = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Expand', 'Transpose', 'Tile']);

/** Chains of constants are short; a longer one is no longer looked through. */
const LONGEST_CHAIN = 8;

/** The values of a Constant node. */
function constantNodeValues(node: OnnxNode): ArrayLike<number> | undefined {
  const { attributes } = node;
  const tensor = attributes.get('value')?.t;
  if (tensor) return tensorValues(tensor);
  const number = attributes.get('value_float')?.f ?? attributes.get('value_int')?.i;
  if (number !== undefined) return [number];
  const list = attributes.get('value_floats')?.floats ?? attributes.get('value_ints')?.ints;
  return list?.length ? list : undefined;
}

/** The one number in all elements of some values; undefined where they differ. */
function uniform(values: ArrayLike<number> | undefined): number | undefined {
  if (!values?.length) return undefined;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return undefined;
  return values[0];
}

/** Constants of a graph: their values, looked up once. */
export class Constants {
  private readonly known = new Map<string, ArrayLike<number> | undefined>();
  private readonly numbers = new Map<string, number | undefined>();

  /** @param version of the standard operators */
  constructor(
    private readonly index: GraphIndex,
    private readonly version: number,
  ) {}

  /**
   * The number that a constant holds in all its elements (a scalar, or a tensor of equal values).
   * @returns undefined where the tensor is computed at run time or its values differ
   */
  number(name: string): number | undefined {
    if (!this.numbers.has(name)) this.numbers.set(name, uniform(this.values(name)));
    return this.numbers.get(name);
  }

  /** The values of a small constant tensor; undefined where it is not constant or not small. Those of equal values may be one. */
  values(name: string, depth = 0): ArrayLike<number> | undefined {
    if (!this.known.has(name)) this.known.set(name, this.find(name, depth));
    return this.known.get(name);
  }

  private find(name: string, depth: number): ArrayLike<number> | undefined {
    const initializer = this.index.initializer(name);
    if (initializer) return tensorValues(initializer);
    const maker = this.index.maker(name);
    if (!maker || maker.domain !== '' || depth > LONGEST_CHAIN || maker.outputs[0] !== name) return undefined;
    if (maker.op === 'Constant') return constantNodeValues(maker);
    if (maker.op === 'ConstantOfShape') {
      const value = maker.attributes.get('value')?.t;
      return value ? tensorValues(value) : [0];
    }
    if (handingOn.has(maker.op)) return this.values(maker.inputs[0], depth + 1);
    return this.computed(maker, depth);
  }

  /** What an element-wise operation makes of constants, where each is one number; of one tensor also value by value. */
  private computed(maker: OnnxNode, depth: number): ArrayLike<number> | undefined {
    const compute = scalarFunction(maker, this.version);
    if (!compute) return undefined;
    const inputs = maker.inputs.filter((input) => input !== '').map((input) => this.values(input, depth + 1));
    if (inputs.length === 0 || inputs.includes(undefined)) return undefined;
    const numbers = inputs.map(uniform);
    if (!numbers.includes(undefined)) return [compute(numbers as number[])];
    const longest = inputs.findIndex((_, i) => numbers[i] === undefined);
    if (numbers.filter((number) => number === undefined).length > 1) return undefined;
    return Array.from(inputs[longest]!, (value) =>
      compute(numbers.map((number, i) => (i === longest ? value : number!))),
    );
  }
}
