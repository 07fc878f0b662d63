import type { SelectionDetails } from '../../src/protocol/engine';
import { make, setStyle } from '../page/dom';
import { layoutGrid, nameOfUnit, placeOfUnit, unitInGrid, unitByKey, type GridLayout } from './gridLayout';
import { patternInWords, patternLines, pieceCounts, pieceName, pieceShades } from './pieceColours';
import { formatCount } from '../../src/core/wording';

type Pattern = NonNullable<SelectionDetails['pattern']>;

/** Most device pixels of a side of a canvas. */
const LONGEST_SIDE = 16_384;
/** Room around the cells, for the ring around the chosen one. */
const MARGIN = 3;

/** The pattern as a grid of units, drawn on a canvas; hover and arrow keys name units. */
export class PatternGrid {
  readonly element: HTMLElement;
  private readonly canvas = make('canvas', { class: 'grid', tabindex: '0', role: 'application' });
  private readonly named = make('p', { class: 'named', 'aria-live': 'polite' });
  private readonly legend = make('ul', { class: 'pieces' });
  private readonly frame = make('div', { class: 'grid-frame' }, this.canvas);
  private readonly resizing = new ResizeObserver(() => this.draw());
  private layout?: GridLayout;
  /** All cells without the ring, and what is needed to draw that. */
  private cells?: { picture: OffscreenCanvas; ratio: number; ring: string };
  private unit = -1;

  constructor(private readonly pattern: Pattern) {
    const { pieces, count, shape } = pattern;
    const words = patternInWords(pieces, count);
    this.canvas.setAttribute('aria-roledescription', 'grid of units');
    this.canvas.setAttribute('aria-label', `Pattern: ${words}. Arrow keys go from unit to unit.`);
    const size = shape.length > 1 ? `${shape.join(' × ')} units, ` : '';
    this.element = make(
      'section',
      {},
      make('h3', {}, 'Pattern'),
      make('p', { class: 'caption' }, size + words),
      this.legend,
      this.frame,
      this.named,
      this.textAlternative(),
    );
    this.canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      if (this.layout) this.name(unitInGrid(this.layout, offsetX - MARGIN, offsetY - MARGIN));
    });
    this.canvas.addEventListener('pointerleave', () => this.name(-1));
    this.canvas.addEventListener('focus', () => this.name(Math.max(0, this.unit)));
    this.canvas.addEventListener('blur', () => this.name(-1));
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
    this.resizing.observe(this.frame);
  }

  /** Draws again, in the colours of the theme. */
  draw(): void {
    const { pieces, count, shape } = this.pattern;
    const room = this.frame.clientWidth - 2 * MARGIN;
    if (room <= 0) return;
    this.layout = layoutGrid(shape, pieces.length, room);
    const { width, height, cell } = this.layout;
    const sides = Math.max(width, height) + 2 * MARGIN;
    const ratio = Math.min(window.devicePixelRatio, LONGEST_SIDE / sides);
    this.canvas.width = Math.round((width + 2 * MARGIN) * ratio);
    this.canvas.height = Math.round((height + 2 * MARGIN) * ratio);
    setStyle(this.canvas, { width: `${width + 2 * MARGIN}px`, height: `${height + 2 * MARGIN}px` });
    const picture = new OffscreenCanvas(this.canvas.width, this.canvas.height);
    const pen = picture.getContext('2d')!;
    pen.setTransform(ratio, 0, 0, ratio, MARGIN * ratio, MARGIN * ratio);
    const colours = themeColours();
    const shades = pieceShades(count, colours.background, colours.text);
    for (let piece = 0; piece < count; piece++) {
      pen.fillStyle = shades[piece];
      for (let unit = 0; unit < pieces.length; unit++) {
        if (pieces[unit] !== piece) continue;
        const { x, y } = placeOfUnit(this.layout, unit);
        pen.fillRect(x, y, cell, cell);
      }
    }
    this.cells = { picture, ratio, ring: colours.focus };
    this.paint();
    this.drawLegend(shades);
  }

  /** The cells, and a ring around the unit that is named. */
  private paint(): void {
    const { layout, cells, unit } = this;
    if (!layout || !cells) return;
    const { picture, ratio, ring } = cells;
    const pen = this.canvas.getContext('2d')!;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, picture.width, picture.height);
    pen.drawImage(picture, 0, 0);
    if (unit < 0) return;
    const { x, y } = placeOfUnit(layout, unit);
    pen.setTransform(ratio, 0, 0, ratio, MARGIN * ratio, MARGIN * ratio);
    pen.strokeStyle = ring;
    pen.lineWidth = 2;
    pen.strokeRect(x - 1.5, y - 1.5, layout.cell + 3, layout.cell + 3);
  }

  /** Frees what it holds of the page. */
  dispose(): void {
    this.resizing.disconnect();
  }

  private drawLegend(shades: string[]): void {
    const counts = pieceCounts(this.pattern.pieces, shades.length);
    this.legend.replaceChildren(
      ...shades.map((shade, piece) => {
        const swatch = make('span', { class: 'swatch', 'aria-hidden': 'true' });
        setStyle(swatch, { 'background-color': shade });
        return make('li', {}, swatch, `${pieceName(piece, shades.length)} ${formatCount(counts[piece])}`);
      }),
    );
  }

  private name(unit: number): void {
    if (unit === this.unit || !this.layout) return;
    this.unit = unit;
    const { pieces, count } = this.pattern;
    this.named.textContent =
      unit < 0 ? '' : `${nameOfUnit(this.layout, unit)}: ${pieceName(pieces[unit], count)}`;
    this.paint();
  }

  private onKey(event: KeyboardEvent): void {
    const next = this.layout && unitByKey(this.layout, Math.max(0, this.unit), event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.name(next);
    this.scrollTo(next);
  }

  private scrollTo(unit: number): void {
    if (!this.layout) return;
    const { y } = placeOfUnit(this.layout, unit);
    const { frame } = this;
    if (y < frame.scrollTop) {
      frame.scrollTop = y;
    } else if (y + this.layout.pitch > frame.scrollTop + frame.clientHeight) {
      frame.scrollTop = y + this.layout.pitch + 2 * MARGIN - frame.clientHeight;
    }
  }

  /** The same in words, for who cannot see the grid; written only when it is opened, as it may be long. */
  private textAlternative(): HTMLElement {
    const { pieces, count } = this.pattern;
    const list = make('dl', { class: 'facts' });
    const disclosure = make('details', {}, make('summary', {}, 'Pattern as text'), list);
    disclosure.addEventListener('toggle', () => {
      if (list.childElementCount > 0) return;
      for (const { name, text } of patternLines(pieces, count)) {
        list.append(make('dt', {}, name), make('dd', {}, text));
      }
    });
    return disclosure;
  }
}

/** The theme's colours as #rrggbb, by way of a canvas, which reads them in every form. */
function themeColours(): { background: string; text: string; focus: string } {
  const style = getComputedStyle(document.body);
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  const read = (value: string) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = value;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
    return `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
  };
  return {
    background: read(style.getPropertyValue('--page-background')),
    text: read(style.getPropertyValue('--page-text')),
    focus: read(style.getPropertyValue('--page-focus')),
  };
}
