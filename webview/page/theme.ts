import { classColour, correctnessColours } from '../../src/core/appearance/palette';
import { textWidth } from '../../src/core/appearance/textWidth';
import type { SceneClass } from '../../src/protocol/scene';
import type { ColourBy } from '../../src/protocol/state';

/** Colours of the canvas, from the workbench's theme. */
export interface CanvasColours {
  background: string;
  text: string;
  faint: string;
  focus: string;
  /** Outline of blocks in high-contrast themes, else undefined. */
  outline?: string;
  /** Opacity of ribbons. */
  ribbon: number;
  font: string;
  /** How much wider the font is than the one that text widths are estimated for. */
  fontWidth: number;
}

/** Reads the theme's colours; they are custom properties of the page's root. */
export function readColours(): CanvasColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const { classList } = document.body;
  const dark = classList.contains('vscode-dark') || classList.contains('vscode-high-contrast');
  const light = classList.contains('vscode-high-contrast-light') || !dark;
  const text = read('--vscode-editor-foreground', light ? '#1f2328' : '#e6e6e6');
  const contrast =
    classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light');
  const font = read('--vscode-font-family', 'system-ui, sans-serif');
  return {
    background: read('--vscode-editor-background', light ? '#ffffff' : '#1e1e1e'),
    text,
    faint: read('--vscode-descriptionForeground', text),
    focus: read('--vscode-focusBorder', '#0078d4'),
    outline: contrast ? read('--vscode-contrastBorder', text) : undefined,
    ribbon: light ? 0.36 : 0.45,
    font,
    fontWidth: measureFont(font),
  };
}

/** A canvas is not made in no time, and the font hardly ever changes. */
let measured: { font: string; width: number } | undefined;

function measureFont(font: string): number {
  if (measured?.font === font) return measured.width;
  const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
  pen.font = `600 100px ${font}`;
  const sample = 'relu_4 · 32 units, 1,797 instances of 250 patterns';
  measured = { font, width: Math.max(1, pen.measureText(sample).width / textWidth(sample, 100, true)) };
  return measured.width;
}

/** Calls back whenever the theme, or the wish for less motion, changes. */
export function onThemeChange(onChange: () => void): void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

/** Whether things should appear where they are going, without moving there. */
export function reducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') ||
    window.matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}

/** Fill of each class of a scene: the same class has the same colour in every view and theme. */
export function classFills(classes: SceneClass[], colouring: ColourBy): string[] {
  return classes.map(({ colour }) =>
    colouring === 'correct' ? correctnessColours[colour % 2] : classColour(colour),
  );
}
