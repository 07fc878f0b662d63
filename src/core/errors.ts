import { visibleText } from './visibleText';

/**
 * Bad input, told to the user in one line: which file, which place in it, and what was expected there.
 * Everything that reads files throws this and nothing else for what is wrong with the file.
 */
export class InputError extends Error {
  /**
   * @param source file (or option) that is wrong, as the user named it
   * @param problem what was found and what was expected, in one line
   * @param place line, row, member or byte where it was found
   */
  constructor(
    readonly source: string,
    readonly problem: string,
    readonly place?: string,
  ) {
    // Names and words of files are in it, which may hold line breaks.
    super(visibleText(place ? `${source}, ${place}: ${problem}` : `${source}: ${problem}`));
    this.name = 'InputError';
  }
}
