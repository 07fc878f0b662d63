import type { Theme } from '../core/appearance/palette';

/** A class as the picture shows it. */
export interface PictureClass {
  name: string;
  colour: string;
}

/** The same said in several lengths, the longest first: the first that fits is written. */
export type Variants = readonly string[];

/** Head of a column. */
export interface ColumnHead {
  /** Name of the layer. */
  title: Variants;
  /** Captions under it: activation and units, patterns, coverage or distance. */
  lines: Variants[];
}

/** What every picture of a diagram has, whichever view it shows. */
export interface Picture {
  title: string;
  subtitle: string;
  /** Hidden levels in order, then the outputs. */
  heads: ColumnHead[];
  /** What colours stand for: "label", "predicted output", "prediction". */
  colouredBy: string;
  classes: PictureClass[];
  /** Names and captions of the outputs, by class. */
  outputs: { name: string; caption: string }[];
  width: number;
  height: number;
  theme: Theme;
}
