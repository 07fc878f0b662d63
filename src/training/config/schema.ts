import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import schema from '../../../media/apd.schema.json';
import { errorAt, type Finding } from './finding';
import { escapeSegment, segmentsOf } from './jsonText';
import { closest, describe, show, type SchemaPart } from './schemaWords';

let compiled: ValidateFunction | undefined;

/** The schema that VS Code uses, compiled once. It fills in the defaults. */
function validator(): ValidateFunction {
  if (!compiled) {
    const ajv = new Ajv({
      allErrors: true,
      verbose: true,
      useDefaults: true,
      allowUnionTypes: true,
      strictTypes: false,
      // Not JSON Schema, but what VS Code's JSON editor knows.
      keywords: [
        'enumDescriptions',
        'defaultSnippets',
        'patternErrorMessage',
        'allowTrailingCommas',
        'allowComments',
      ],
    });
    compiled = ajv.compile(schema);
  }
  return compiled;
}

/**
 * Checks a value against the schema, and fills in the schema's defaults in place.
 * @returns what is wrong; nothing for a value that fits
 */
export function validateBySchema(value: unknown): Finding[] {
  const validate = validator();
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter(({ keyword }) => !['if', 'propertyNames'].includes(keyword));
  const wrongTypes = new Set(errors.filter(({ keyword }) => keyword === 'type').map(placeOf));
  const findings = new Map<string, Finding>();
  for (const error of errors) {
    // A number where a list belongs is told once, not for each property that the number has not.
    if (error.keyword !== 'type' && wrongTypes.has(placeOf(error))) continue;
    const finding = findingOf(error);
    const key = `${finding.pointer} ${error.keyword === 'required' ? finding.message : ''}`;
    if (!findings.has(key)) findings.set(key, finding);
  }
  return [...findings.values()];
}

/** Pointer to what an error is about, which for an error of a name is the property of that name. */
function placeOf(error: ErrorObject): string {
  const name = error.propertyName ?? (error.params as { additionalProperty?: string }).additionalProperty;
  return name === undefined ? error.instancePath : `${error.instancePath}/${escapeSegment(name)}`;
}

function findingOf(error: ErrorObject): Finding {
  const pointer = placeOf(error);
  const part = error.parentSchema as SchemaPart;
  const title = titleOf(pointer);
  const fault = (message: string): Finding => errorAt(pointer, message);
  const { data } = error;
  if (error.propertyName !== undefined) {
    const problem = part.patternErrorMessage ?? 'expected a shorter one';
    return { ...fault(`the name ${show(error.propertyName)} cannot be used: ${problem}`), key: true };
  }
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(part.properties ?? {});
      const { additionalProperty } = error.params as { additionalProperty: string };
      return { ...fault(`${title} is not known here${hint(additionalProperty, known)}`), key: true };
    }
    case 'required':
      return fault(`\`${(error.params as { missingProperty: string }).missingProperty}\` is missing`);
    case 'enum': {
      const known = (part.enum ?? []).map(String);
      return fault(`${title} is ${show(data)}${hint(String(data), known)}`);
    }
    case 'pattern':
      return fault(`${title} is ${show(data)}: ${part.patternErrorMessage ?? `expected ${describe(part)}`}`);
    case 'uniqueItems':
      return fault(`${title} names something twice`);
    case 'minItems':
    case 'maxItems':
      return fault(`${title} has ${(data as unknown[]).length} items, expected ${describe(part)}`);
    case 'minProperties':
      return fault(`${title} is empty, expected a property at least`);
    case 'maxProperties':
      return fault(`${title} has ${Object.keys(data as object).length} properties, which are too many`);
    case 'maxLength':
      return fault(
        `${title} is too long, expected ${(error.params as { limit: number }).limit} characters at most`,
      );
    default:
      return fault(`${title} is ${show(data)}, expected ${describe(part)}`);
  }
}

/** What a value is called: `` `epochs` ``, `` `kernel[1]` ``. */
function titleOf(pointer: string): string {
  const segments = segmentsOf(pointer);
  if (segments.length === 0) return 'the configuration';
  const name = segments.findLastIndex((segment) => !/^\d+$/.test(segment));
  const indices = segments.slice(name + 1).map((index) => `[${index}]`);
  return `\`${segments[name] ?? ''}${indices.join('')}\``;
}

function hint(found: string, known: readonly string[]): string {
  const near = closest(found, known);
  if (near !== undefined) return `; did you mean \`${near}\`?`;
  return known.length === 0
    ? ''
    : `, expected ${known.length > 1 ? 'one of ' : ''}${known.map((name) => `\`${name}\``).join(', ')}`;
}
