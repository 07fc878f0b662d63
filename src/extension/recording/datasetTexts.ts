import type { DatasetDescription } from '../../protocol/recording';
import { sidesText } from './imageFitText';

/** Names that are shown of a list. */
const SHOWN_NAMES = 8;

/** The first of some names, and how many there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  return names.length > SHOWN_NAMES ? `${shown}, … (${names.length})` : shown;
}

/** Names of the columns that are features, or the label. */
export function columnNames({ columns = [] }: DatasetDescription, role: 'feature' | 'label'): string[] {
  return columns.filter((column) => column.role === role).map(({ name }) => name);
}

/** What a dataset is taken for, on one line: columns, label, classes. */
export function describedText(description: DatasetDescription): string | undefined {
  const { columns, classes, sizes } = description;
  const features = columnNames(description, 'feature');
  const [label] = columnNames(description, 'label');
  const parts = [
    columns && `${listed(features)} → ${label ?? 'no label'}`,
    classes && `classes ${listed(classes.names)}${classes.sorted ? ' (sorted)' : ''}`,
    sizes && `images of ${sidesText(sizes.smallest)} to ${sidesText(sizes.largest)}`,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

/** What is wrong with an order of classes; undefined where each is there once. */
export function orderProblem(order: readonly string[], names: readonly string[]): string | undefined {
  const known = new Set(names.map((name) => name.trim()));
  const strange = order.find((name) => !known.has(name));
  if (strange !== undefined) return `“${strange}” is none of the classes`;
  const twice = order.find((name, index) => order.indexOf(name) !== index);
  if (twice !== undefined) return `“${twice}” stands there twice`;
  const missing = [...known].find((name) => !order.includes(name));
  return missing === undefined ? undefined : `“${missing}” is missing`;
}
