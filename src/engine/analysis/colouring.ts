import { correctnessOf } from '../../core/diagram';
import { InputError } from '../../core/errors';
import { classColour, correctnessColours, orderedColourNumber } from '../../core/appearance/palette';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { PictureClass } from '../../draw/pictureParts';
import type { ColourBy } from '../../protocol/state';
import type { Run } from '../../runs/readRun';
import { classCount } from './analyse';
import { wordedFor } from '../../core/audience';

/** Colours and names by which a picture's instances are told apart. */
export interface Colouring {
  colour: ColourBy;
  classOf: Int32Array;
  classes: PictureClass[];
  /** Number of the colour of each class, by which pages look it up in their theme. */
  colourNumbers: number[];
  colouredBy: string;
}

/** Number of a class's colour: of bins of numbers a sequence from light to dark. */
export function classColourNumber({ manifest }: Run, c: number): number {
  const { output, classes } = manifest;
  return manifest.labelBins !== undefined || output?.kind === 'value'
    ? orderedColourNumber(c, classes.length)
    : c;
}

/**
 * Class of every instance by what colours stand for: labels when there are any, else outputs.
 * @throws InputError when the run has no labels to colour by
 */
export function colourInstances(run: Run, snapshot: Snapshot, wanted?: ColourBy): Colouring {
  const { labels, predicted } = snapshot;
  const colour = wanted ?? (labels ? 'label' : 'output');
  if (colour !== 'output' && !labels) {
    throw new InputError(
      run.folder,
      `has no labels, so nothing can be coloured by ${colour}; ${wordedFor({
        commandLine: '--color output',
        window: 'by output it',
      })} can`,
    );
  }
  if (colour === 'correct') {
    const classes = ['wrong', 'right'].map((name, i) => ({ name, colour: correctnessColours[i] }));
    const right = correctnessOf(snapshot);
    if (!right) throw new InputError(run.folder, 'has no classes that are right or wrong to colour by');
    const classOf = Int32Array.from(right);
    return { colour, classOf, classes, colourNumbers: [0, 1], colouredBy: 'prediction' };
  }
  const colourNumbers = Array.from({ length: classCount(run) }, (_, c) => classColourNumber(run, c));
  const classes = colourNumbers.map((number, c) => ({
    name: run.manifest.classes[c] ?? String(c),
    colour: classColour(number),
  }));
  return colour === 'label'
    ? { colour, classOf: labels!, classes, colourNumbers, colouredBy: 'label' }
    : { colour, classOf: predicted, classes, colourNumbers, colouredBy: 'predicted output' };
}
