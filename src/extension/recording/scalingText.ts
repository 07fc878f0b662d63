import type { DatasetChoice } from './datasetMemory';

type ScalingChoice = Pick<DatasetChoice, 'scale' | 'mean' | 'std'>;

const numberText = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i;

/**
 * Reads a scaling as users write it: `1/255`, `1/255 mean 0.1307 std 0.3081`, `mean 0.5,0.4,0.4 std 0.2,0.2,0.2`.
 * @returns the scaling, or what is wrong with the text
 */
export function parseScalingText(text: string): ScalingChoice | { problem: string } {
  const words = text.trim().split(/\s+/).filter(Boolean);
  const choice: ScalingChoice = {};
  let name: keyof ScalingChoice = 'scale';
  for (const word of words) {
    if (word === 'scale' || word === 'mean' || word === 'std') {
      name = word;
      continue;
    }
    const numbers = word.split(',').map(parseNumber);
    if (numbers.includes(undefined)) {
      return { problem: `“${word}” is no number, nor numbers with commas between` };
    }
    if (choice[name] !== undefined) return { problem: `${name} is given twice` };
    if (name === 'scale' && (numbers.length > 1 || numbers[0] === 0)) {
      return { problem: 'The scale is one number other than 0' };
    }
    if (name === 'std' && numbers.some((number) => number! <= 0)) return { problem: 'std is above 0' };
    choice[name] = numbers.join(',');
  }
  return choice;
}

/** The text of a scaling, as `parseScalingText` reads it. */
export function scalingText({ scale, mean, std }: ScalingChoice): string {
  return [scale, mean && `mean ${mean}`, std && `std ${std}`].filter(Boolean).join(' ');
}

/** A number, or a fraction of two. */
function parseNumber(text: string): number | undefined {
  const parts = text.split('/');
  if (parts.length > 2 || !parts.every((part) => numberText.test(part))) return undefined;
  const value = parts.map(Number).reduce((a, b) => a / b);
  return Number.isFinite(value) ? value : undefined;
}
