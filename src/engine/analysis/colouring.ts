import { correctness } from '../../core/diagram';
import { InputError } from '../../core/errors';
import { classColour, correctnessColours } from '../../core/appearance/palette';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { PictureClass } from '../../draw/pictureParts';
import type { Run } from '../../runs/readRun';
import { classCount } from './analyse';

/** What blocks and ribbons are coloured by. */
export type ColourBy = 'label' | 'output' | 'correct';

/** Colours and names by which a picture's instances are told apart. */
export interface Colouring {
  colour: ColourBy;
  classOf: Int32Array;
  classes: PictureClass[];
  colouredBy: string;
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
      `has no labels, so nothing can be coloured by ${colour}; --color output can`,
    );
  }
  if (colour === 'correct') {
    const classes = ['wrong', 'right'].map((name, i) => ({ name, colour: correctnessColours[i] }));
    const classOf = Int32Array.from(correctness(predicted, labels!));
    return { colour, classOf, classes, colouredBy: 'prediction' };
  }
  const classes = Array.from({ length: classCount(run) }, (_, c) => ({
    name: run.manifest.classes[c] ?? String(c),
    colour: classColour(c),
  }));
  return colour === 'label'
    ? { colour, classOf: labels!, classes, colouredBy: 'label' }
    : { colour, classOf: predicted, classes, colouredBy: 'predicted output' };
}
