import { firstFitting } from '../../../src/core/appearance/textWidth';
import type { PatternsScene, Scene, SceneHead } from '../../../src/protocol/scene';
import { make, setStyle } from '../../page/dom';
import type { DrawnScene } from '../drawnScene';
import type { Zoom } from './placeLabels';
import { largest } from '../../../src/core/lists';
import { formatCount, pluralise } from '../../../src/core/wording';

const TITLE_SIZE = 12;
const LINE_SIZE = 11;
/** Narrower heads than this show nothing but remain as targets. */
const LEAST = 14;

/** The heads above the columns: buttons that open the level's menu, as much text on each as fits. */
export class Heads {
  readonly element = make('div', { class: 'heads' });
  private buttons: HTMLButtonElement[] = [];
  private heads: SceneHead[] = [];
  private fitted: number[] = [];

  /** @param openMenu asked to open the menu of a column, below its head */
  constructor(private readonly openMenu: (column: number, anchor: HTMLElement) => void) {}

  /** Heads of another scene. */
  show(scene: Scene): void {
    this.heads = scene.kind === 'patterns' ? [patternsHead(scene)] : scene.columns.map(({ head }) => head);
    this.fitted = [];
    this.buttons = this.heads.map((head, c) => {
      const button = make('button', { type: 'button', class: 'head', 'aria-haspopup': 'menu' });
      button.title = [head.title[0], ...head.lines.map((line) => line[0])].join('\n');
      button.disabled = isOutputs(scene, c);
      button.addEventListener('click', () => this.openMenu(c, button));
      return button;
    });
    const lines =
      1 +
      largest(
        this.heads.map((head) => head.lines.length),
        0,
      );
    this.element.replaceChildren(...this.buttons);
    setStyle(this.element, { '--head-lines': String(lines) });
  }

  /** Puts every head above its column. */
  place(drawn: DrawnScene, zoom: Zoom, width: number, fontWidth: number): void {
    this.buttons.forEach((button, c) => {
      const column = drawn.columns[c];
      if (!column) return;
      const x = column.x * zoom.k + zoom.x;
      const next = drawn.columns[c + 1];
      const end = Math.min(next ? next.x * zoom.k + zoom.x - 6 : Infinity, width - 4);
      const left = Math.max(x, 4);
      button.hidden = end - left < 6 || left > width - 6;
      if (button.hidden) return;
      setStyle(button, { left: `${left}px`, width: `${end - left}px` });
      this.fill(c, Math.floor((end - left) / fontWidth));
    });
  }

  /** Writes the longest texts that fit; written again only when the room changed. */
  private fill(c: number, room: number): void {
    if (this.fitted[c] === room) return;
    this.fitted[c] = room;
    const { title, lines } = this.heads[c];
    const texts = room < LEAST ? [] : lines.map((line) => firstFitting(line, room, LINE_SIZE));
    this.buttons[c].replaceChildren(
      make('span', { class: 'head-title' }, firstFitting(title, room, TITLE_SIZE, true) || '·'),
      ...texts.map((text) => make('span', { class: 'head-line' }, text)),
    );
    this.buttons[c].setAttribute('aria-label', [title[0], ...lines.map((line) => line[0])].join(', '));
  }
}

/** The outputs are no level of the network: there is nothing to choose. */
function isOutputs(scene: Scene, column: number): boolean {
  if (scene.kind === 'patterns') return false;
  if (scene.kind === 'partition') return column === scene.columns.length - 1;
  return scene.columns[column].word === 'output';
}

/** The level's head, and how much of the level the rows and columns are. */
function patternsHead({ head, node, allPatterns, word, units, allUnits }: PatternsScene): SceneHead {
  const rows = `${formatCount(node.length)} of ${pluralise(allPatterns, word)}`;
  const columns = `${formatCount(units.length)} of ${pluralise(allUnits, 'unit')}`;
  const line = [
    `shown: the ${rows} that are largest, the ${columns} that tell most`,
    `${rows} · ${columns}`,
    rows,
  ];
  return { title: head.title, lines: [...head.lines, line] };
}
