/** Why an activation has no pattern. */
export const NOT_PIECEWISE_LINEAR = 'not piecewise linear';

/** What stands behind the name of an activation of which only the sign of its pre-activation was recorded. */
export const SIGN_OF_SMOOTH = '(sign of a smooth activation)';

/** Operations that are activations without pieces, element by element, of the standard and of Microsoft's domain. */
export const smoothOps = new Set([
  ...['Gelu', 'Tanh', 'Sigmoid', 'Swish', 'Mish', 'Elu', 'Selu', 'Celu', 'Softplus', 'Softsign', 'Erf'],
  ...['HardSwish', 'Sin', 'Cos', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan', 'Asinh', 'Acosh', 'Atanh'],
  ...['FastGelu', 'BiasGelu', 'QuickGelu'],
]);

/** Activations that are no function of each number by itself, or with activations inside that no tap reaches. */
const opaqueOps: Readonly<Record<string, string>> = {
  Softmax: NOT_PIECEWISE_LINEAR,
  LogSoftmax: NOT_PIECEWISE_LINEAR,
  Hardmax: NOT_PIECEWISE_LINEAR,
  BiasSoftmax: NOT_PIECEWISE_LINEAR,
  LSTM: 'its gates are not piecewise linear',
  GRU: 'its gates are not piecewise linear',
  RNN: 'its activation is inside the recurrence, where no tap reaches',
  Attention: 'its softmax is not piecewise linear',
  MultiHeadAttention: 'its softmax is not piecewise linear',
};

/** Why an operation by itself has no pattern; undefined when it is no such activation. */
export function skipReason(op: string): string | undefined {
  return smoothOps.has(op) ? NOT_PIECEWISE_LINEAR : opaqueOps[op];
}
