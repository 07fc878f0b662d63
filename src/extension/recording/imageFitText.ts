import type { DatasetChoice } from './datasetMemory';
import type { DatasetDescription, ImageSides } from '../../protocol/recording';

type FitChoice = Pick<DatasetChoice, 'resize' | 'crop'>;

const size = /^\d{1,5}(?:[x×]\d{1,5})?$/;

/**
 * Reads how images are brought to one size, as users write it: `224x224`, `256 crop 224`, `crop 32`.
 * @returns resize and crop, or what is wrong with the text
 */
export function parseImageFitText(text: string): FitChoice | { problem: string } {
  const words = text.trim().split(/\s+/).filter(Boolean);
  const choice: FitChoice = {};
  let name: keyof FitChoice = 'resize';
  for (const word of words) {
    if (word === 'resize' || word === 'crop') {
      name = word;
      continue;
    }
    if (!size.test(word)) {
      return { problem: `“${word}” is no size: pixels as 224, or height and width as 224x192` };
    }
    if (choice[name] !== undefined) return { problem: `${name} is given twice` };
    choice[name] = word;
  }
  return words.length === 0 || Object.keys(choice).length > 0 ? choice : { problem: 'A size is missing' };
}

/** The text of it, as `parseImageFitText` reads it. */
export function imageFitText({ resize, crop }: FitChoice): string {
  return [resize, crop && `crop ${crop}`].filter(Boolean).join(' ');
}

/** The size of ImageNet's pictures, which are made larger before the middle is taken. */
const IMAGENET_SIDE = 224;

/** What is offered where images have several sizes: what the model takes, as its training most likely did it. */
export function usualImageFit({ wanted }: NonNullable<DatasetDescription['sizes']>): string {
  if (!wanted) return '256 crop 224';
  const { height, width } = wanted;
  return height === IMAGENET_SIDE && width === IMAGENET_SIDE
    ? '256 crop 224'
    : sidesText(wanted).replace('×', 'x');
}

/** Height and width. */
export function sidesText({ height, width }: ImageSides): string {
  return `${height}×${width}`;
}
