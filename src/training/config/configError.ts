import { InputError } from '../../core/errors';
import { locate } from './jsonText';

/** Something wrong with a value of a training configuration, before the line it stands in is looked up. */
export class ConfigError extends InputError {
  /**
   * @param pointer JSON pointer to the value: `/model/layers/2/units`
   * @param problem what was found and what was expected, in one line
   * @param source the configuration's file, as the user named it
   */
  constructor(
    readonly pointer: string,
    problem: string,
    source = 'configuration',
  ) {
    super(source, problem, pointer);
    this.name = 'ConfigError';
  }
}

/**
 * An error as it is to be shown: a ConfigError gets its file, line and column, all others stay as they are.
 * @param text of the configuration
 * @param file as the user named it
 */
export function atItsLine(error: unknown, text: string, file: string): unknown {
  if (!(error instanceof ConfigError)) return error;
  const { line, column } = locate(text, error.pointer);
  return new InputError(file, error.problem, `line ${line}, column ${column}`);
}
