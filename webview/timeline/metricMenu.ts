import type { LogCurves, MetricName } from '../../src/protocol/logs';
import type { MetricScale, PageState } from '../../src/protocol/state';
import type { MenuGroup, MenuItem } from '../controls/menuItems';

/** The metrics that are chosen: those that the state names, or else the usual ones, which the log's curves are. */
function chosenMetrics({ metrics }: PageState, log: LogCurves): string[] {
  return metrics ?? log.curves.map(({ name }) => name);
}

/** The choice with a metric added or taken out, in the order of the log; names that other logs have stay. */
export function toggledMetric(
  chosen: readonly string[],
  name: string,
  metrics: readonly MetricName[],
): string[] {
  const names = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name];
  const order = new Map(metrics.map((metric, i) => [metric.name, i]));
  const place = (metric: string) => order.get(metric) ?? order.size;
  return names.sort((a, b) => place(a) - place(b));
}

/**
 * Menu of all metrics of a log, by what they were measured on, and of their scale. It stays open while metrics are chosen.
 * @param present state when an item is chosen
 */
export function metricMenu(
  log: LogCurves,
  present: () => PageState,
  change: (change: Pick<PageState, 'metrics' | 'metricScale'>) => void,
): MenuGroup[] {
  const chosen = chosenMetrics(present(), log);
  const itemOf = ({ name }: MetricName): MenuItem => ({
    text: name,
    checked: chosen.includes(name),
    stays: true,
    choose: () => change({ metrics: toggledMetric(chosenMetrics(present(), log), name, log.metrics) }),
  });
  const groups = (['train', 'validation', undefined] as const).map((split) => ({
    heading: { train: 'Training', validation: 'Validation', other: 'Other metrics' }[split ?? 'other'],
    items: log.metrics.filter(({ meaning }) => meaning?.split === split).map(itemOf),
  }));
  const scale = present().metricScale ?? 'linear';
  const other: MetricScale = scale === 'log' ? 'linear' : 'log';
  return [
    ...groups.filter(({ items }) => items.length > 0),
    {
      foot: true,
      items: [
        { text: 'Log scale', checked: scale === 'log', choose: () => change({ metricScale: other }) },
        { text: 'No metrics', choose: () => change({ metrics: [] }) },
      ],
    },
  ];
}
