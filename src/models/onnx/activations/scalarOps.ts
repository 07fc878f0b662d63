import { largest, smallest } from '../../../core/lists';
import type { OnnxNode } from '../proto/proto';

/** What an element-wise operation makes of one element of each of its inputs. */
export type ScalarFunction = (inputs: readonly number[]) => number;

/** A float attribute of a node, or its default. */
function attribute(node: OnnxNode, name: string, otherwise: number): number {
  return node.attributes.get(name)?.f ?? otherwise;
}

/** Exporters write "no bound" as the largest finite float32. */
const LARGEST_FLOAT32 = 3.4028234e38;

/** A bound, with "as large as can be" read as none. */
function bound(value: number): number {
  return Math.abs(value) >= LARGEST_FLOAT32 ? Math.sign(value) * Infinity : value;
}

/** The error function, to 1.2e-7 (W. J. Cody's kind of fit as in Numerical Recipes, erfcc): names of functions need no more. */
function erf(x: number): number {
  const t = 1 / (1 + Math.abs(x) / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const exponent = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0) - x * x;
  const tail = t * Math.exp(exponent);
  return x >= 0 ? 1 - tail : tail - 1;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** ln(1 + eˣ), which does not overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));
/** Hendrycks & Gimpel's approximation of GELU. */
const tanhGelu = (x: number): number =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const truth = (value: boolean): number => (value ? 1 : 0);

/** Operations of one input without attributes. */
const unary: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Erf: erf,
  Exp: Math.exp,
  HardSwish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  Identity: (x) => x,
  Log: Math.log,
  Mish: (x) => x * Math.tanh(softplus(x)),
  Neg: (x) => -x,
  Not: (x) => truth(x === 0),
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Sigmoid: sigmoid,
  Sign: Math.sign,
  Sin: Math.sin,
  Sinh: Math.sinh,
  Softplus: softplus,
  Softsign: (x) => x / (1 + Math.abs(x)),
  Sqrt: Math.sqrt,
  Tan: Math.tan,
  Tanh: Math.tanh,
};

/** Operations of two inputs. */
const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  And: (x, y) => truth(x !== 0 && y !== 0),
  Div: (x, y) => x / y,
  Equal: (x, y) => truth(x === y),
  Greater: (x, y) => truth(x > y),
  GreaterOrEqual: (x, y) => truth(x >= y),
  Less: (x, y) => truth(x < y),
  LessOrEqual: (x, y) => truth(x <= y),
  Mul: (x, y) => x * y,
  Or: (x, y) => truth(x !== 0 || y !== 0),
  Pow: (x, y) => x ** y,
  PRelu: (x, y) => (x < 0 ? x * y : x),
  Sub: (x, y) => x - y,
  Xor: (x, y) => truth((x !== 0) !== (y !== 0)),
};

/** Operations of any number of inputs. */
const variadic: Readonly<Record<string, ScalarFunction>> = {
  Max: (inputs) => largest(inputs),
  Mean: (inputs) => inputs.reduce((sum, x) => sum + x, 0) / inputs.length,
  Min: (inputs) => smallest(inputs),
  Sum: (inputs) => inputs.reduce((sum, x) => sum + x, 0),
  Where: ([condition, x, y]) => (condition !== 0 ? x : y),
};

/** Operations with attributes. */
const withAttributes: Readonly<Record<string, (node: OnnxNode) => (x: number) => number>> = {
  Celu: (node) => {
    const alpha = attribute(node, 'alpha', 1);
    return (x) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha));
  },
  Elu: (node) => {
    const alpha = attribute(node, 'alpha', 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Gelu: (node) => (node.attributes.get('approximate')?.s === 'tanh' ? tanhGelu : gelu),
  HardSigmoid: (node) => {
    const alpha = attribute(node, 'alpha', 0.2);
    const beta = attribute(node, 'beta', 0.5);
    return (x) => Math.max(0, Math.min(1, alpha * x + beta));
  },
  LeakyRelu: (node) => {
    const alpha = attribute(node, 'alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  },
  Selu: (node) => {
    const alpha = attribute(node, 'alpha', 1.6732632);
    const gamma = attribute(node, 'gamma', 1.050701);
    return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Shrink: (node) => {
    const lambda = attribute(node, 'lambd', 0.5);
    const bias = attribute(node, 'bias', 0);
    return (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0);
  },
  Swish: (node) => {
    const alpha = attribute(node, 'alpha', 1);
    return (x) => x * sigmoid(alpha * x);
  },
  ThresholdedRelu: (node) => {
    const alpha = attribute(node, 'alpha', 1);
    return (x) => (x > alpha ? x : 0);
  },
};

/** Operations of Microsoft's domain, without the inputs that some of them may have besides. */
const ofMicrosoft: Readonly<Record<string, (node: OnnxNode) => (x: number) => number>> = {
  FastGelu: () => tanhGelu,
  Gelu: () => gelu,
  QuickGelu: (node) => {
    const alpha = attribute(node, 'alpha', 1.702);
    return (x) => x * sigmoid(alpha * x);
  },
};

/** Element types of ONNX that a Cast makes truth values or whole numbers: TensorProto.DataType. */
const BOOL_TYPE = 9;
const wholeTypes = new Set([2, 3, 4, 5, 6, 7, 12, 13]);

function cast(node: OnnxNode): (x: number) => number {
  const to = node.attributes.get('to')?.i ?? 1;
  if (to === BOOL_TYPE) return (x) => truth(x !== 0);
  return wholeTypes.has(to) ? Math.trunc : (x) => x;
}

/** A Clip, whose bounds are attributes before operator version 11 and inputs since. */
function clip(node: OnnxNode, version: number): ScalarFunction {
  if (version < 11) {
    const lower = bound(attribute(node, 'min', -Infinity));
    const upper = bound(attribute(node, 'max', Infinity));
    return ([x]) => Math.min(Math.max(x, lower), upper);
  }
  const positions = [1, 2].map((input) => (node.inputs[input] ? (input === 1 ? 1 : -1) : 0));
  const upperAt = positions[0] ? 2 : 1;
  return (inputs) => {
    const lower = positions[0] ? bound(inputs[1]) : -Infinity;
    const upper = positions[1] ? bound(inputs[upperAt]) : Infinity;
    return Math.min(Math.max(inputs[0], lower), upper);
  };
}

/**
 * The function of a node that acts on each element by itself.
 * @param version of the standard operators
 * @returns undefined for any other operation. The function takes the inputs that are given, in their order.
 */
export function scalarFunction(node: OnnxNode, version: number): ScalarFunction | undefined {
  const { op, domain } = node;
  const own = <T>(table: Readonly<Record<string, T>>): T | undefined =>
    Object.hasOwn(table, op) ? table[op] : undefined;
  if (domain === 'com.microsoft') {
    const made = node.inputs.length === 1 ? own(ofMicrosoft)?.(node) : undefined;
    return made && (([x]) => made(x));
  }
  if (domain !== '') return undefined;
  // In use a Dropout hands its input on; how much it drops otherwise are its further inputs.
  if (op === 'Dropout' || op === 'CastLike') return ([x]) => x;
  if (op === 'Clip') return clip(node, version);
  const one = own(unary) ?? own(withAttributes)?.(node) ?? (op === 'Cast' ? cast(node) : undefined);
  if (one) return ([x]) => one(x);
  const two = own(binary);
  if (two) return ([x, y]) => two(x, y);
  return own(variadic);
}
