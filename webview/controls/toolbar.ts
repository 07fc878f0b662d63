import type { PanelCommand } from '../../src/protocol/panel';
import type { ColourBy, PageState } from '../../src/protocol/state';
import { iconButton, make, selectBox, setChoices } from '../page/dom';
import { colouringOf, type Shown } from '../page/shownState';
import { budgetChoices, colourChoices, resolutionChoices, resolutionOf, viewChoices } from './choices';
import { FindBox } from './findBox';
import { levelsMenu } from './levelMenu';
import { openMenu } from './popupMenu';
import { Stepper } from './stepper';

/** What the toolbar asks for. */
export interface ToolbarActions {
  change(change: Partial<PageState>): void;
  command(command: PanelCommand): void;
  findInstance(instance: number): void;
  /** Announces a text to screen readers. */
  say(text: string): void;
  zoomBy(factor: number): void;
  fit(): void;
  openTable(): void;
}

/** The row above the diagram. */
export class Toolbar {
  readonly element = make('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Diagram' });
  readonly stepper: Stepper;
  readonly find: FindBox;
  private shown?: Shown;
  private readonly views: HTMLButtonElement[];
  private readonly level: HTMLSelectElement;
  private readonly colour: HTMLSelectElement;
  private readonly resolution: HTMLSelectElement;
  private readonly budget: HTMLSelectElement;

  constructor(private readonly actions: ToolbarActions) {
    const { change } = actions;
    this.find = new FindBox(actions.findInstance, actions.say);
    this.stepper = new Stepper((snapshot) => change({ snapshot }));
    this.views = viewChoices.map(({ view, icon, text, title }) => {
      const button = iconButton(icon, title, () => change({ view }), text);
      button.classList.add('view-button');
      return button;
    });
    this.level = selectBox('Level', [], (value) => change({ level: Number(value) }));
    this.colour = selectBox('Colour by', [], (value) => change({ colour: value as ColourBy }));
    this.resolution = selectBox('Resolution of all levels', [], (value) =>
      change({ resolution: resolutionOf(value), levelResolutions: {} }),
    );
    this.budget = selectBox('Most blocks of a level', [], (value) => change({ budget: Number(value) }));
    this.element.append(
      group('View', ...this.views),
      this.stepper.element,
      group('Show', this.level, this.colour, this.resolution, this.budget),
      group('Find', this.find.element),
      this.tools(),
    );
  }

  show(shown: Shown): void {
    this.shown = shown;
    const { run, wanted: state } = shown;
    this.element.hidden = run === undefined;
    if (!run) return;
    this.stepper.show(shown);
    this.find.show(shown);
    this.views.forEach((button, i) => {
      button.setAttribute('aria-pressed', String(viewChoices[i].view === state.view));
    });
    const levels = run.layers.map(({ name }, level) => ({ value: String(level), text: name }));
    choose(this.level, levels, String(state.level));
    this.level.hidden = state.view === 'flow' || state.view === 'partition';
    choose(this.colour, colourChoices(run), colouringOf({ run, state }));
    choose(this.resolution, resolutionChoices(state.resolution), String(state.resolution));
    choose(this.budget, budgetChoices(state.budget), String(state.budget));
    this.budget.hidden = state.view === 'partition';
  }

  private tools(): HTMLElement {
    const { actions } = this;
    const levels = menuButton('list-selection', 'Show and hide levels', (anchor) => {
      const { run, wanted } = this.shown!;
      openMenu(anchor, 'Levels', levelsMenu(run!, wanted, actions.change));
    });
    const exports = menuButton('export', 'Export', (anchor) => {
      const items = [
        { text: 'Picture (SVG, PNG)…', choose: () => actions.command('apd.exportPicture') },
        { text: 'Data (CSV, JSON, DOT, GraphML)…', choose: () => actions.command('apd.exportData') },
      ];
      openMenu(anchor, 'Export', [{ items }]);
    });
    return group(
      'Tools',
      levels,
      iconButton('zoom-out', 'Zoom out (−)', () => actions.zoomBy(1 / 1.5)),
      iconButton('zoom-in', 'Zoom in (+)', () => actions.zoomBy(1.5)),
      iconButton('screen-full', 'Fit the whole diagram (0)', () => actions.fit()),
      iconButton('table', 'Table: the diagram as text', () => actions.openTable()),
      exports,
      iconButton('refresh', 'Refresh', () => actions.command('apd.refresh')),
    );
  }
}

function group(label: string, ...children: HTMLElement[]): HTMLElement {
  return make('div', { class: 'group', role: 'group', 'aria-label': label }, ...children);
}

function menuButton(icon: string, label: string, open: (anchor: HTMLElement) => void): HTMLButtonElement {
  const button = iconButton(icon, label, () => open(button));
  button.setAttribute('aria-haspopup', 'menu');
  return button;
}

function choose(select: HTMLSelectElement, choices: Parameters<typeof setChoices>[1], value: string): void {
  setChoices(select, choices);
  select.value = value;
}
