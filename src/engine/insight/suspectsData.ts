import type { Lines } from '../export/apdf';
import { csvLine } from '../export/csv';
import type { Suspects } from './findSuspects';

/** Columns of the list of suspects, in order. */
function columnNames({ margin, confidence, marginScore }: Suspects): string[] {
  const first = [
    'instance',
    'label',
    'output',
    'score',
    'suggested',
    'neighbours',
    'wrong_snapshots',
    'learned',
  ];
  return [
    ...first,
    'forgotten',
    ...(margin ? ['margin'] : []),
    ...(confidence ? ['confidence'] : []),
    ...(marginScore ? ['margin_score'] : []),
  ];
}

/** Epochs at which an instance had turned right, and those at which it had turned wrong again. */
function eventsOf({ correct, epochs }: Suspects, row: number): { learned: number[]; forgotten: number[] } {
  const learned: number[] = [];
  const forgotten: number[] = [];
  let before = 0;
  for (const [s, right] of correct.entries()) {
    if (right[row] > before) learned.push(epochs[s]);
    if (right[row] < before) forgotten.push(epochs[s]);
    before = right[row];
  }
  return { learned, forgotten };
}

function valuesOf(suspects: Suspects, row: number): (string | number)[] {
  const { instances, labels, predicted, score, votes, wrongSnapshots } = suspects;
  const { margin, confidence, marginScore } = suspects;
  const { learned, forgotten } = eventsOf(suspects, row);
  const short = (value: number) => Number(value.toFixed(6));
  return [
    instances[row],
    labels[row],
    predicted[row],
    short(score[row]),
    votes.other[row] < 0 ? '' : votes.other[row],
    short(1 - votes.own[row]),
    wrongSnapshots[row],
    learned.join(' '),
    forgotten.join(' '),
    ...[margin, confidence, marginScore].flatMap((values) => (values ? [short(values[row])] : [])),
  ];
}

/** Suspects as CSV, the most suspect first. `neighbours` is the share of them that have another label. */
export function* suspectsCsv(suspects: Suspects, top = Infinity): Lines {
  yield csvLine(columnNames(suspects));
  for (const row of suspects.order.subarray(0, top)) yield csvLine(valuesOf(suspects, row));
}

/** The same as a JSON object: how they were found, what is expected of them, and the list. */
export function* suspectsJson(suspects: Suspects, top = Infinity): Lines {
  const { plan, expected, doubt, notices, epochs } = suspects;
  const { sample, neighbours, snapshots } = plan;
  const names = columnNames(suspects);
  const found = {
    sample: sample.length,
    neighbours,
    comparedSnapshots: snapshots.length,
    snapshots: epochs.length,
  };
  const head = JSON.stringify({ ...found, expected, doubt, notices });
  yield `${head.slice(0, -1)},"suspects":[\n`;
  const rows = suspects.order.subarray(0, top);
  for (const [k, row] of rows.entries()) {
    const values = valuesOf(suspects, row);
    const entry = Object.fromEntries(names.map((name, c) => [name, values[c]]));
    yield `${JSON.stringify(entry)}${k < rows.length - 1 ? ',' : ''}\n`;
  }
  yield ']}\n';
}
