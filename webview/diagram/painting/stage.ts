import { make } from '../../page/dom';
import type { Surface } from './paint';

/** The stacked canvases of a diagram: the picture, what is lit of it, and texts over both. */
export class Stage {
  readonly element: HTMLElement;
  /** Holds picture and lights: moved as a whole while the user pans. */
  readonly world: HTMLElement;
  readonly picture: Surface;
  readonly lights: Surface;
  readonly labels: Surface;

  constructor() {
    this.picture = surface('picture');
    this.lights = surface('lights');
    this.labels = surface('labels');
    this.world = make('div', { class: 'world' }, this.picture.context.canvas, this.lights.context.canvas);
    this.element = make('div', { class: 'stage', tabindex: '0', role: 'application' });
    this.element.setAttribute('aria-roledescription', 'diagram');
    // The workbench's own menu would offer to cut and paste.
    this.element.dataset.vscodeContext = JSON.stringify({
      webviewSection: 'diagram',
      preventDefaultContextMenuItems: true,
    });
    this.element.append(this.world, this.labels.context.canvas);
  }

  get width(): number {
    return this.picture.width;
  }

  get height(): number {
    return this.picture.height;
  }

  /** Makes the canvases as large as the stage, in device pixels. Tells whether anything changed. */
  fit(): boolean {
    const width = this.element.clientWidth;
    const height = this.element.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    const { picture } = this;
    if (picture.width === width && picture.height === height && picture.ratio === ratio) return false;
    for (const one of [this.picture, this.lights, this.labels]) {
      Object.assign(one, { width, height, ratio });
      one.context.canvas.width = Math.round(width * ratio);
      one.context.canvas.height = Math.round(height * ratio);
    }
    return width > 0 && height > 0;
  }
}

function surface(name: string): Surface {
  const canvas = make('canvas', { class: `layer ${name}`, 'aria-hidden': 'true' });
  return { context: canvas.getContext('2d')!, width: 0, height: 0, ratio: 1 };
}
