import type { RunInfo } from '../../src/protocol/engine';
import type { PageState } from '../../src/protocol/state';
import { levelResolutions, resolutionChoices, resolutionOf, toggledLevel } from './choices';
import type { MenuGroup } from './menuItems';

/** Menu of a level's head: its resolution, hiding it, and the views of it alone. */
export function levelMenu(
  run: RunInfo,
  state: PageState,
  level: number,
  change: (change: Partial<PageState>) => void,
): MenuGroup[] {
  const own = state.levelResolutions[level];
  const set = (resolution: Parameters<typeof levelResolutions>[2]) =>
    change({ levelResolutions: levelResolutions(state, level, resolution) });
  const resolutions = resolutionChoices(own ?? 'auto').map(({ value, text }) => ({
    text,
    radio: true,
    checked: own !== undefined && String(own) === value,
    choose: () => set(resolutionOf(value)),
  }));
  const asOthers = {
    text: 'As all levels',
    radio: true,
    checked: own === undefined,
    choose: () => set(undefined),
  };
  const hidden = toggledLevel(state, level, run.layers.length);
  return [
    { heading: `Resolution of ${run.layers[level].name}`, items: [asOthers, ...resolutions] },
    {
      items: [
        { text: 'Patterns of this level', choose: () => change({ view: 'patterns', level }) },
        { text: 'This level over time', choose: () => change({ view: 'time', level }) },
        { text: 'Hide this level', choose: () => change({ hiddenLevels: hidden }) },
      ],
    },
  ];
}

/** Menu that shows and hides levels. */
export function levelsMenu(
  run: RunInfo,
  state: PageState,
  change: (change: Partial<PageState>) => void,
): MenuGroup[] {
  const items = run.layers.map(({ name, units }, level) => ({
    text: `${name} (${units})`,
    checked: !state.hiddenLevels.includes(level),
    choose: () => change({ hiddenLevels: toggledLevel(state, level, run.layers.length) }),
  }));
  const all = { text: 'Show all levels', choose: () => change({ hiddenLevels: [] }) };
  return [{ heading: 'Levels', items }, { items: [all] }];
}
