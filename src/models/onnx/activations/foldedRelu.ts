import type { Constants } from './constants';
import type { GraphIndex } from './graphIndex';
import { OnnxElementType, type OnnxNode } from '../proto/proto';

/** A ReLU that quantising folded into the rounding: what is below the zero point is cut off. */
export interface FoldedRelu {
  /** The quantised tensor. */
  tap: string;
  zeroPoint: number;
}

/** Position of the zero point of the result among the inputs of operations that give quantised numbers. */
const zeroPointAt: Readonly<Record<string, number>> = {
  QuantizeLinear: 2,
  QLinearConv: 7,
  QLinearMatMul: 7,
  QGemm: 8,
  QLinearAdd: 7,
};

/** Smallest number of the types that tensors are quantised to: TensorProto.DataType. */
const smallestOf: ReadonlyMap<number, number> = new Map([
  [OnnxElementType.uint8, 0],
  [3, -128],
  [4, 0],
  [5, -32768],
]);

/** Operations whose results may be below 0 whatever their inputs are. */
const weighing = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'QLinearConv',
  'QLinearMatMul',
  'QGemm',
]);
/** Operations that give numbers below 0 only where an input has some. */
const handingOn = new Set([
  'DequantizeLinear',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'Flatten',
  'Reshape',
]);

/** Finds the ReLUs that static quantisation folded away. */
export class FoldedRelus {
  constructor(
    private readonly index: GraphIndex,
    private readonly constants: Constants,
    private readonly typeOf: (tensor: string) => number | undefined,
  ) {}

  /** The folded ReLU that a node ends with; undefined where there is none, or none that changes anything. */
  of(node: OnnxNode): FoldedRelu | undefined {
    const zeroPoint = this.lowestZeroPoint(node);
    if (zeroPoint === undefined) return undefined;
    const maker = node.op === 'QuantizeLinear' ? this.index.maker(node.inputs[0]) : node;
    const cuts = maker && (weighing.has(maker.op) || this.isMixedSum(maker));
    return cuts ? { tap: node.outputs[0], zeroPoint } : undefined;
  }

  /** The zero point of a node's quantised result where no smaller number is left for values below 0. */
  private lowestZeroPoint(node: OnnxNode): number | undefined {
    if (!Object.hasOwn(zeroPointAt, node.op)) return undefined;
    const name = node.inputs[zeroPointAt[node.op]];
    const type = this.typeOf(node.outputs[0]) ?? OnnxElementType.uint8;
    const zeroPoint = name ? this.constants.number(name) : 0;
    return zeroPoint !== undefined && smallestOf.get(type) === zeroPoint ? zeroPoint : undefined;
  }

  /** A sum of tensors of which one may be below 0. */
  private isMixedSum(node: OnnxNode): boolean {
    if (node.op === 'QLinearAdd') return !this.isPositive(node.inputs[0]) || !this.isPositive(node.inputs[3]);
    return node.op === 'Add' && !node.inputs.every((input) => this.isPositive(input));
  }

  private isPositive(tensor: string): boolean {
    let maker = this.index.maker(tensor);
    for (let step = 0; maker && handingOn.has(maker.op) && step < 8; step++) {
      maker = this.index.maker(maker.inputs[0]);
    }
    return maker !== undefined && (maker.op === 'Relu' || this.lowestZeroPoint(maker) !== undefined);
  }
}
