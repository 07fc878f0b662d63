import type { Snapshot } from '../../core/patterns/snapshot';
import { patternText } from '../../core/patterns/packing';
import type { AnalysedSnapshot } from '../analysis/analyse';

/** Lines (or other parts) of a file, made one by one so that no whole file is in memory. */
export type Lines = Iterable<string>;

/** Exact patterns as text, each made once. A level whose patterns were not kept has none. */
function patternTexts({ snapshot }: AnalysedSnapshot): ((row: number) => string)[] {
  return snapshot.levels.map(({ exact }) => {
    if (!exact) return () => '';
    const texts = new Map<number, string>();
    return (row) => {
      const node = exact.of[row];
      let text = texts.get(node);
      if (text === undefined) {
        text = patternText(exact.patterns, node);
        // Wide layers have as many patterns as instances: nothing to save, and much to hold.
        if (exact.occurrences[node] > 1) texts.set(node, text);
      }
      return text;
    };
  });
}

/** Columns of the APDF: the authors' `instance,label,output,l0,…`, and the prototypes `p0,…` when they are asked for. */
function columnsOf({ snapshot }: AnalysedSnapshot, prototypes: boolean): string[] {
  const levels = snapshot.levels.map((_, l) => `l${l}`);
  return ['instance', 'label', 'output', ...levels, ...(prototypes ? levels.map((_, l) => `p${l}`) : [])];
}

/** What an instance is to be: its class, or its target where labels are numbers. */
function labelOf({ labels, targets }: Snapshot, row: number): number | undefined {
  return targets ? targets[row] : labels?.[row];
}

/** What the model gives for an instance: a class, a number (the first of several); undefined where it gives neither. */
function outputOf({ predicted, outcome }: Snapshot, row: number): number | undefined {
  if (outcome?.kind === 'none') return undefined;
  return outcome?.kind === 'value' ? outcome.values?.[row * (outcome.columns ?? 1)] : predicted[row];
}

/** The activation pattern data frame as CSV, in instance order. A label that the data does not have is left empty. */
export function* apdfCsv(analysed: AnalysedSnapshot, prototypes: boolean): Lines {
  const { snapshot, resolved } = analysed;
  const { instances } = snapshot;
  const texts = patternTexts(analysed);
  yield `${columnsOf(analysed, prototypes).join(',')}\n`;
  for (let row = 0; row < instances.length; row++) {
    let line = `${instances[row]},${labelOf(snapshot, row) ?? ''},${outputOf(snapshot, row) ?? ''}`;
    for (const text of texts) line += `,${text(row)}`;
    if (prototypes) for (const level of resolved) line += `,${level.nodes.of[row]}`;
    yield `${line}\n`;
  }
}

/** The activation pattern data frame as a JSON array of objects. */
export function* apdfJson(analysed: AnalysedSnapshot, prototypes: boolean): Lines {
  const { snapshot, resolved } = analysed;
  const { instances } = snapshot;
  const texts = patternTexts(analysed);
  for (let row = 0; row < instances.length; row++) {
    const entry: Record<string, unknown> = {
      instance: instances[row],
      label: labelOf(snapshot, row),
      output: outputOf(snapshot, row),
    };
    texts.forEach((text, l) => {
      entry[`l${l}`] = text(row);
    });
    if (prototypes) {
      resolved.forEach((level, l) => {
        entry[`p${l}`] = level.nodes.of[row];
      });
    }
    yield `${row === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`;
  }
  yield '\n]\n';
}
