import { InputError } from '../../core/errors';
import { limitAdvice, type Limits } from '../files/limits';
import { centreCrop, resampled, type Raster } from './resample';

/** A size in pixels; of one number the shorter side, or both. */
export interface ImageSize {
  height: number;
  width?: number;
}

/** How images are brought to the size that a model wants: first resized, then cropped to their middle. */
export interface ImageFit {
  /** With one number the shorter side becomes so long, and the sides keep their ratio. */
  resize?: ImageSize;
  /** With one number both sides. */
  crop?: ImageSize;
}

/** Longest side that images are brought to. */
const MOST_PIXELS = 16_384;

/**
 * Reads a size: `224`, or height and width, `224x192`.
 * @param option name of the option, for the error
 * @throws InputError where it is none
 */
export function parseImageSize(option: string, text: string): ImageSize {
  const match = /^(\d{1,5})(?:[x×,](\d{1,5}))?$/.exec(text.trim());
  const sides = match ? [match[1], match[2]].filter((side) => side !== undefined).map(Number) : [];
  if (sides.length === 0 || sides.some((side) => side < 1 || side > MOST_PIXELS)) {
    throw new InputError(
      option,
      `is \`${text.slice(0, 40)}\`, expected pixels such as 224, or height and width as 224x192`,
    );
  }
  return { height: sides[0], width: sides[1] };
}

/** Sides of an image. */
export interface Sides {
  width: number;
  height: number;
}

/** Sides of an image when it is resized, as torchvision's `Resize` computes them. */
function resizedSides({ width, height }: Sides, { resize }: ImageFit): Sides {
  if (!resize) return { width, height };
  if (resize.width !== undefined) return { width: resize.width, height: resize.height };
  const side = resize.height;
  return width <= height
    ? { width: side, height: Math.trunc((side * height) / width) }
    : { width: Math.trunc((side * width) / height), height: side };
}

/** Sides of an image that was fitted. @throws InputError where it passes the limit on the way */
export function fittedSides(sides: Sides, fit: ImageFit, file: string, limits: Limits): Sides {
  const resized = resizedSides(sides, fit);
  const pixels = resized.width * resized.height;
  if (pixels > limits.pixels) {
    const problem = `becomes an image of ${resized.width}×${resized.height} pixels`;
    throw new InputError(file, `${problem}, ${limitAdvice(limits, 'pixels', pixels)}`);
  }
  const { crop } = fit;
  return crop ? { width: crop.width ?? crop.height, height: crop.height } : resized;
}

/** An image resized and cropped, as torchvision's `Resize` (bilinear, antialiased) and `CenterCrop` do it with Pillow's images. */
export function fittedSize(raster: Raster, fit: ImageFit): Raster {
  const sides = resizedSides(raster, fit);
  const resized = resampled(raster, sides.width, sides.height);
  const { crop } = fit;
  return crop ? centreCrop(resized, crop.width ?? crop.height, crop.height) : resized;
}

/** What the options `resize` and `crop` ask for; undefined for neither. @throws InputError as `parseImageSize` */
export function parseImageFit({ resize, crop }: { resize?: string; crop?: string }): ImageFit | undefined {
  if (resize === undefined && crop === undefined) return undefined;
  return {
    ...(resize !== undefined && { resize: parseImageSize('resize', resize) }),
    ...(crop !== undefined && { crop: parseImageSize('crop', crop) }),
  };
}
