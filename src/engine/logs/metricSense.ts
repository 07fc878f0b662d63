import { canonicalMetric } from '../../logs/formats/metricNames';
import type { MetricName } from '../../protocol/logs';

type Split = 'train' | 'validation';

const high = new Set([
  'accuracy',
  'top-5 accuracy',
  'F1',
  'precision',
  'recall',
  'AUC',
  'mean average precision',
]);
const low = new Set(['loss', 'error', 'perplexity', 'mean squared error', 'mean absolute error']);

/**
 * A metric with what its name means.
 * @param plain the part of the data that it is of where its name does not say it
 */
export function metricName(name: string, plain: Split = 'train'): MetricName {
  const meaning = canonicalMetric(name, plain);
  return meaning ? { name, meaning: { ...meaning } } : { name };
}

/** Whether high or low values of a metric are good; undefined where that is not known, as of a learning rate. */
export function goodValues(name: string): 'high' | 'low' | undefined {
  const meaning = canonicalMetric(name)?.name ?? '';
  if (high.has(meaning)) return 'high';
  return low.has(meaning) ? 'low' : undefined;
}

/**
 * The metric of a log that means something on a split; of several the first that is not of single steps, as those scatter.
 * @param plain the part of the data that metrics are of whose names do not say it
 */
export function findMetric(
  names: readonly string[],
  meaning: string,
  split: Split,
  plain: Split = 'train',
): string | undefined {
  const found = names.filter((name) => {
    const canonical = canonicalMetric(name, plain);
    return canonical?.name === meaning && canonical.split === split;
  });
  return found.find((name) => !/[_/]step$/.test(name)) ?? found[0];
}

/** Metrics that are drawn when none are asked for: the losses, else the first two. */
export function usualMetrics(names: readonly string[], plain: Split = 'train'): string[] {
  const losses = (['train', 'validation'] as const).map((split) => findMetric(names, 'loss', split, plain));
  const found = losses.filter((name) => name !== undefined);
  return found.length > 0 ? found : names.slice(0, 2);
}
