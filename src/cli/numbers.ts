import { InvalidArgumentError } from 'commander';

/** A whole number of at least `least`, as an option's value. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}`);
    }
    return value;
  };
}

/** A number. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
}

/** Numbers with commas between. */
export function numberList(text: string): number[] {
  return text.split(',').map(anyNumber);
}
