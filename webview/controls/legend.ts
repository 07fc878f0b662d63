import { mergedKinds } from '../../src/core/appearance/mergedBlocks';
import type { Scene } from '../../src/protocol/scene';
import { make, setStyle } from '../page/dom';
import { colouringOf, type Shown } from '../page/shownState';
import { classFills } from '../page/theme';
import { formatCount } from '../../src/core/wording';

const colouredBy = { label: 'Label', output: 'Predicted output', correct: 'Prediction' };

/** The classes with their colours: a click leaves a class out or takes it in again; and what hatchings mean. */
export class Legend {
  readonly element = make('div', { class: 'legend' });
  private drawing?: Scene;
  private hidden: number[] = [];
  private buttons: HTMLButtonElement[] = [];

  /** @param hide asked to leave out these classes */
  constructor(private readonly hide: (classes: number[]) => void) {}

  show(shown: Shown): void {
    const { scene } = shown;
    this.element.hidden = scene === undefined;
    this.hidden = shown.wanted.hiddenClasses;
    if (scene && scene !== this.drawing) this.build(shown, scene);
    this.buttons.forEach((button, index) => {
      const hidden = this.hidden.includes(index);
      button.setAttribute('aria-pressed', String(!hidden));
      button.title = `${hidden ? 'Show' : 'Leave out'} ${scene?.classes[index].name ?? ''}`;
    });
  }

  private build(shown: Shown, drawing: Scene): void {
    // Rebuilt only for another drawing, so that a button that has the focus keeps it.
    const focused = [...this.element.querySelectorAll('button')].indexOf(
      document.activeElement as HTMLButtonElement,
    );
    this.drawing = drawing;
    const fills = classFills(drawing.classes, colouringOf(shown));
    this.buttons = drawing.classes.map((entry, index) => {
      const swatch = make('span', { class: 'swatch' });
      setStyle(swatch, { 'background-color': fills[index] });
      const count = make('span', { class: 'legend-count' }, formatCount(entry.instances));
      const button = make('button', { type: 'button', class: 'legend-item' }, swatch);
      button.append(make('span', { class: 'legend-name' }, entry.name), count);
      button.addEventListener('click', () => this.toggle(index));
      return button;
    });
    const title = make('span', { class: 'legend-title' }, colouredBy[colouringOf(shown)]);
    this.element.replaceChildren(title, ...this.buttons, ...marks(drawing));
    if (focused >= 0) this.buttons[focused]?.focus();
  }

  private toggle(index: number): void {
    const { hidden: before } = this;
    const hidden = before.includes(index) ? before.filter((c) => c !== index) : [...before, index];
    // Without any class there would be nothing to see, nor to click on.
    if (hidden.length < this.drawing!.classes.length) this.hide(hidden);
  }
}

/** Hatchings that occur in the drawing, with their meaning. */
function marks(drawing: Scene): HTMLElement[] {
  if (drawing.kind === 'patterns') return [];
  if (drawing.kind === 'partition') {
    return [
      mark('swatch-cluster', 'cluster: nothing further back tells more'),
      mark('swatch-split', 'split further back'),
      mark('swatch-pure', 'several small sets of one predicted class'),
    ];
  }
  const kinds = new Set(drawing.columns.flatMap((column) => column.kind));
  return mergedKinds
    .filter(({ kind }) => kinds.has(kind))
    .map(({ kind, text }) => mark(`swatch-${kind}`, text));
}

function mark(className: string, text: string): HTMLElement {
  const swatch = make('span', { class: `swatch ${className}` });
  return make('span', { class: 'legend-mark' }, swatch, text);
}
