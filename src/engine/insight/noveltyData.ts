import { formatCount, formatShare, pluralise } from '../../core/wording';
import type { Lines } from '../export/apdf';
import type { RunNovelty, SplitNovelty } from './findNovelty';

/** Instances that the text names. */
const NAMED = 10;

/** Novelty as text: a line for each split and level, then the instances that are farthest from the reference. */
export function* noveltyText(novelty: RunNovelty): Iterable<string> {
  const { reference, epoch, order, layers, snapshot, distances } = novelty;
  yield `epoch ${epoch}, against ${pluralise(reference.instances, 'instance')} of ${reference.name}`;
  for (const split of novelty.splits) yield* splitText(split);
  const named = order.subarray(0, NAMED);
  if (named.length > 0 && distances.some((column) => column)) {
    yield `farthest from ${reference.name} (distance in units, by level: ${layers.map(({ name }) => name).join(', ')}):`;
  }
  for (const row of named) {
    const far = distances.map((column) => (column ? String(column[row]) : '–')).join(' ');
    const { confidence } = novelty;
    const sure = confidence ? `  confidence ${formatShare(confidence[row])}` : '';
    yield `  instance ${snapshot.instances[row]}: ${far}  output ${snapshot.predicted[row]}${sure}`;
  }
}

function* splitText({ name, instances, levels, paths }: SplitNovelty): Iterable<string> {
  yield `${name}: ${pluralise(instances, 'instance')}`;
  const rows = [...levels, { name: 'all levels together', ...paths, distance: undefined, units: 0 }];
  for (const { unseen, expected, interval, shifted, distance, units, name: level } of rows) {
    const range = `${formatShare(interval[0])} to ${formatShare(interval[1])}`;
    const far =
      distance === undefined ? '' : `; nearest ${distance.toFixed(1)} of ${formatCount(units)} units away`;
    const shift = shifted ? ' — more than like data would have' : '';
    yield `  ${level}: ${formatShare(unseen)} unseen, expected ${formatShare(expected)} (${range})${shift}${far}`;
  }
}

/** The same as JSON, with every instance, the farthest first. */
export function* noveltyJson(novelty: RunNovelty, top = Infinity): Lines {
  const { reference, epoch, splits, layers, snapshot, distances, notices } = novelty;
  const head = JSON.stringify({ epoch, reference, splits, layers, notices });
  yield `${head.slice(0, -1)},"instances":[\n`;
  const rows = novelty.order.subarray(0, top);
  const nameOf = new Map(splits.map(({ name, index }) => [index, name]));
  for (const [k, row] of rows.entries()) {
    const entry = {
      instance: snapshot.instances[row],
      split: nameOf.get(snapshot.splits![row]),
      distance: distances.map((column) => (column ? column[row] : null)),
      output: snapshot.predicted[row],
      label: snapshot.labels?.[row],
      confidence: novelty.confidence?.[row],
    };
    yield `${JSON.stringify(entry)}${k < rows.length - 1 ? ',' : ''}\n`;
  }
  yield ']}\n';
}
