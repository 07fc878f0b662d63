/** Colours of a picture. */
export interface Theme {
  name: 'light' | 'dark';
  background: string;
  text: string;
  /** Captions. */
  faint: string;
  /** Outlines of boxes and hatching. */
  line: string;
  /** Behind text that stands on ribbons. */
  halo: string;
  /** Opacity of ribbons. */
  ribbon: number;
}

export const lightTheme: Theme = {
  name: 'light',
  background: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  line: '#ffffff',
  halo: '#ffffff',
  ribbon: 0.36,
};

export const darkTheme: Theme = {
  name: 'dark',
  background: '#1e1e1e',
  text: '#e6e6e6',
  faint: '#a8adb3',
  line: '#1e1e1e',
  halo: '#1e1e1e',
  ribbon: 0.42,
};

/**
 * Ten colours that stay apart under the common kinds of colour blindness, and apart in lightness where hues come close
 * (M. A. Petroff, "Accessible Color Sequences for Data Visualization", arXiv 2107.02270; the order is ours).
 */
const sequence = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
];

/** Right and wrong, apart in hue and in lightness. */
export const correctnessColours = ['#bd1f01', '#92c5de'];

/** Numbers of colours from here on are places on the sequence for what has an order, from its one end to the other. */
const ORDERED = 2 ** 20;
const ORDERED_STEPS = 1000;
/** A sequence of rising darkness, for bins of numbers: its ends and middle. */
const orderedSequence = ['#f2d06b', '#3f9a8f', '#3b2a66'];

/** Number of the colour of one of several classes that have an order. */
export function orderedColourNumber(position: number, count: number): number {
  return ORDERED + Math.round((ORDERED_STEPS * position) / Math.max(1, count - 1));
}

function orderedColour(share: number): string {
  const [light, middle, dark] = orderedSequence;
  return share < 0.5 ? mix(light, middle, share * 2) : mix(middle, dark, share * 2 - 1);
}

/** Colour of a class. Beyond ten the sequence comes again darker, then lighter: names tell such classes apart. */
export function classColour(index: number): string {
  if (index >= ORDERED) return orderedColour((index - ORDERED) / ORDERED_STEPS);
  const base = sequence[index % sequence.length];
  const round = Math.floor(index / sequence.length) % 3;
  return round === 0 ? base : mix(base, round === 1 ? '#000000' : '#ffffff', 0.42);
}

/** A colour part of the way to another. */
export function mix(from: string, to: string, share: number): string {
  const channel = (colour: string, i: number) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(from, i) * (1 - share) + channel(to, i) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
