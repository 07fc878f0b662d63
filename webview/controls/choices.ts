import type { RunInfo } from '../../src/protocol/engine';
import type { ColourBy, ResolutionChoice, View, PageState } from '../../src/protocol/state';

/** A choice of a select element. */
export interface Choice {
  value: string;
  text: string;
}

/** Views in the order of the switch. */
export const viewChoices: { view: View; icon: string; text: string; title: string }[] = [
  {
    view: 'flow',
    icon: 'type-hierarchy-sub',
    text: 'Flow',
    title: 'Flow: patterns of every level and paths',
  },
  { view: 'partition', icon: 'layers', text: 'Partition', title: 'Partition by information gain' },
  { view: 'time', icon: 'history', text: 'Time', title: 'Time: one level over the snapshots' },
  { view: 'patterns', icon: 'symbol-array', text: 'Patterns', title: 'Patterns: one level, unit by unit' },
];

/** What can be coloured by; without labels only the output, and no right or wrong where outputs are no classes. */
export function colourChoices(run: RunInfo | undefined): Choice[] {
  const all: { value: ColourBy; text: string }[] = [
    { value: 'label', text: 'Label' },
    { value: 'output', text: 'Output' },
    { value: 'correct', text: 'Right or wrong' },
  ];
  if (run?.labelled === false) return all.filter(({ value }) => value === 'output');
  return run?.judged === false ? all.filter(({ value }) => value !== 'correct') : all;
}

const prototypes = [16, 32, 64, 128];

/** Resolutions, and the present one where it is none of the usual. */
export function resolutionChoices(present: ResolutionChoice): Choice[] {
  const counts = typeof present === 'number' ? [...prototypes, present] : prototypes;
  const sorted = [...new Set(counts)].sort((a, b) => a - b);
  return [
    { value: 'auto', text: 'Auto' },
    { value: 'exact', text: 'Exact' },
    ...sorted.map((count) => ({ value: String(count), text: `${count} prototypes` })),
  ];
}

/** The resolution that a choice stands for. */
export function resolutionOf(value: string): ResolutionChoice {
  return value === 'auto' || value === 'exact' ? value : Number(value);
}

const budgets = [16, 32, 64, 128, 256];

/** Budgets, and the present one where it is none of the usual. */
export function budgetChoices(present: number): Choice[] {
  const sorted = [...new Set([...budgets, present])].sort((a, b) => a - b);
  return sorted.map((count) => ({ value: String(count), text: `${count} blocks` }));
}

/** Levels without one, or with it again; at least one level stays shown. */
export function toggledLevel({ hiddenLevels }: PageState, level: number, levels: number): number[] {
  if (hiddenLevels.includes(level)) return hiddenLevels.filter((other) => other !== level);
  const hidden = [...hiddenLevels, level].sort((a, b) => a - b);
  return hidden.length < levels ? hidden : hiddenLevels;
}

/** Resolutions by level with another one for a level; undefined takes the one of all levels. */
export function levelResolutions(
  { levelResolutions: present }: PageState,
  level: number,
  resolution: ResolutionChoice | undefined,
): Record<number, ResolutionChoice> {
  const others = Object.entries(present).filter(([key]) => Number(key) !== level);
  const own: [string, ResolutionChoice][] = resolution === undefined ? [] : [[String(level), resolution]];
  return Object.fromEntries([...others, ...own]);
}
