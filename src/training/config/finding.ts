/** Something wrong with a value of a configuration, by its JSON pointer. */
export interface Finding {
  pointer: string;
  message: string;
  severity: 'error' | 'warning';
  /** True where the name of the property is marked, not its value. */
  key?: boolean;
}

/** An error at a value. */
export function errorAt(pointer: string, message: string): Finding {
  return { pointer, message, severity: 'error' };
}
