import type { Static, TSchema } from '@sinclair/typebox';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { InputError } from '../core/errors';
import { parseJson } from '../data/files/json';

/** What is read of a kind of JSON file that programs of several versions write. */
export interface DocumentKind<S extends TSchema> {
  /** What it holds; the type of its content comes from this. Fields that it does not name are kept. */
  schema: S;
  /** The highest `formatVersion` that is read. */
  version: number;
  /** What to do with a damaged one, as the end of a sentence: `; delete it to begin anew`. */
  advice?: string;
}

/** Reads the text of a file; `file` names it in messages. @throws InputError */
export type DocumentReader<T> = (text: string, file: string) => T;

/**
 * A reader of a kind of file, whose version is told before anything else: a newer format may have other fields.
 * @returns a function that throws an InputError naming the first field that is wrong, and what was expected there
 */
export function documentReader<S extends TSchema>(kind: DocumentKind<S>): DocumentReader<Static<S>> {
  const { schema, version, advice = '' } = kind;
  let compiled: ValidateFunction<Static<S>> | undefined;
  return (text, file) => {
    // Not before it is needed: compiling takes milliseconds that every command would wait for.
    const validate = (compiled ??= new Ajv({ allowUnionTypes: true }).compile<Static<S>>(schema));
    const value = parseJson(text, file, advice);
    checkVersion(value, version, file);
    if (validate(value)) return value;
    const { expected, place } = problemOf(validate.errors ?? []);
    throw new InputError(file, expected + advice, place);
  };
}

function checkVersion(value: unknown, version: number, file: string): void {
  const found = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof found !== 'number' || found <= version) return;
  throw new InputError(
    file,
    `has format version ${found}; this program reads up to ${version}: a newer one is needed`,
  );
}

/** The first field that is wrong; where it may be one of several things, all of them. */
function problemOf(errors: readonly ErrorObject[]): { expected: string; place: string | undefined } {
  const last = errors.at(-1);
  const place = last?.instancePath ?? '';
  const alternatives = errors.filter(
    ({ instancePath, keyword }) => instancePath === place && keyword !== 'anyOf',
  );
  // Of one that has a right beginning, such as an object, what is wrong in it says more than what else it might be.
  const inner = errors.find(({ instancePath }) => instancePath.length > place.length);
  const isChoice = last?.keyword === 'anyOf' && !inner && alternatives.length > 0;
  const shown = isChoice ? alternatives : errors.filter((error) => error === (inner ?? errors[0]));
  const words = shown.map(({ message, keyword, params }) =>
    keyword === 'const' ? `must be ${JSON.stringify(params['allowedValue'])}` : (message ?? 'is wrong'),
  );
  const expected = [
    words[0] ?? 'is not what was expected',
    ...words.slice(1).map((word) => word.replace(/^must be /, '')),
  ];
  return { expected: expected.join(' or '), place: shown[0]?.instancePath || undefined };
}
