/** What a metric is, whatever name a tool gives it: `loss`, `accuracy`, … */
export interface CanonicalMetric {
  name: string;
  split: 'train' | 'validation';
}

/** Usual names without split, in lower case with `_` between words. */
const synonyms: Record<string, string> = {
  loss: 'loss',
  total_loss: 'loss',
  cross_entropy: 'loss',
  crossentropy: 'loss',
  nll: 'loss',
  nll_loss: 'loss',
  ce_loss: 'loss',
  average_loss: 'loss',
  avg_loss: 'loss',
  mean_loss: 'loss',
  accuracy: 'accuracy',
  acc: 'accuracy',
  'acc@1': 'accuracy',
  'prec@1': 'accuracy',
  acc1: 'accuracy',
  top1: 'accuracy',
  top1_acc: 'accuracy',
  top_1: 'accuracy',
  'accuracy/top1': 'accuracy',
  binary_accuracy: 'accuracy',
  categorical_accuracy: 'accuracy',
  sparse_categorical_accuracy: 'accuracy',
  avg_accuracy: 'accuracy',
  acc_avg: 'accuracy',
  'acc@5': 'top-5 accuracy',
  'prec@5': 'top-5 accuracy',
  acc5: 'top-5 accuracy',
  top5: 'top-5 accuracy',
  top5_acc: 'top-5 accuracy',
  'accuracy/top5': 'top-5 accuracy',
  top_k_categorical_accuracy: 'top-5 accuracy',
  sparse_top_k_categorical_accuracy: 'top-5 accuracy',
  lr: 'learning rate',
  learning_rate: 'learning rate',
  grad_norm: 'gradient norm',
  gradient_norm: 'gradient norm',
  perplexity: 'perplexity',
  ppl: 'perplexity',
  error: 'error',
  err: 'error',
  error_rate: 'error',
  'err@1': 'error',
  f1: 'F1',
  f1_score: 'F1',
  precision: 'precision',
  recall: 'recall',
  auc: 'AUC',
  roc_auc: 'AUC',
  mse: 'mean squared error',
  mean_squared_error: 'mean squared error',
  mae: 'mean absolute error',
  mean_absolute_error: 'mean absolute error',
  map: 'mean average precision',
};

const validation = /^(?:val|valid|validation|validate|test|testing|eval|evaluation|dev|holdout)(?=[ _/.-])/;
const train = /^(?:train|training)(?=[ _/.-])/;
const validationEnd = /[ _/.-](?:val|valid|validation|test|eval|evaluation|dev)$/;
const trainEnd = /[ _/.-](?:train|training)$/;

/**
 * What a metric's name means, where it is one of the usual: `train_loss`, `loss`, `Loss/train` and `epoch_loss` are the loss
 * of the training; `val_acc`, `eval_accuracy` and `Accuracy/test` are an accuracy on held out data (`validation`, whether the
 * tool calls it that or test). Ends such as `_epoch` and `_step` (Lightning) say nothing about what is measured, and neither
 * does Keras' `epoch_` behind the split.
 * @param plain the split of names that tell none, as the folder of a log may
 * @returns undefined for other names
 */
export function canonicalMetric(
  written: string,
  plain: CanonicalMetric['split'] = 'train',
): CanonicalMetric | undefined {
  if (written.length > 80) return undefined;
  const known = meanings[plain];
  const found = known.get(written);
  if (found !== undefined) return found ?? undefined;
  const meaning = meaningOf(written, plain);
  // Logs repeat their few names; one with ever new names must not fill the memory.
  if (known.size >= 2000) known.clear();
  known.set(written, meaning ?? null);
  return meaning;
}

/** Names that were asked for, by the split of those that tell none; null for those that mean nothing known. */
const meanings = {
  train: new Map<string, CanonicalMetric | null>(),
  validation: new Map<string, CanonicalMetric | null>(),
};

function meaningOf(written: string, plain: CanonicalMetric['split']): CanonicalMetric | undefined {
  let name = written.toLowerCase().trim().replace(/^\* /, 'test ');
  name = name.replace(/^epoch_/, '').replace(/[_/](?:epoch|step)$/, '');
  let part = plain;
  for (const [pattern, isOf] of [
    [validation, 'validation'],
    [validationEnd, 'validation'],
    [train, 'train'],
    [trainEnd, 'train'],
  ] as const) {
    if (!pattern.test(name)) continue;
    part = isOf;
    name = name
      .replace(pattern, '')
      .replace(/^[ _/.-]+/, '')
      .replace(/^epoch_/, '');
    break;
  }
  if (/^lr[-_/]/.test(name)) return { name: 'learning rate', split: part };
  const key = name.replaceAll(/[ -]/g, '_');
  return Object.hasOwn(synonyms, key) ? { name: synonyms[key], split: part } : undefined;
}
