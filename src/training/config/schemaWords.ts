import { smallest } from '../../core/lists';
import { formatCount } from '../../core/wording';

/** The part of a schema that says what a value may be. */
export interface SchemaPart {
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  properties?: Record<string, unknown>;
  patternErrorMessage?: string;
}

/** What a schema expects, in plain words: `a whole number from 1 on`. */
export function describe(part: SchemaPart): string {
  return [part.type ?? []]
    .flat()
    .map((type) => describeType(type, part))
    .join(' or ');
}

function describeType(type: string, part: SchemaPart): string {
  switch (type) {
    case 'integer':
      return `a whole number${describeRange(part)}`;
    case 'number':
      return `a number${describeRange(part)}`;
    case 'string':
      return part.minLength === undefined ? 'text' : 'text that is not empty';
    case 'boolean':
      return 'true or false';
    case 'array': {
      const { minItems = 0, maxItems = Infinity } = part;
      const items = maxItems === 1 ? 'item' : 'items';
      if (minItems === maxItems) return `a list of ${minItems} ${items}`;
      if (maxItems < Infinity) return `a list of ${minItems} to ${formatCount(maxItems)} ${items}`;
      return minItems > 0 ? 'a list that is not empty' : 'a list';
    }
    default:
      return 'an object { … }';
  }
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaPart): string {
  const below = exclusiveMaximum === undefined ? '' : ` and below ${exclusiveMaximum}`;
  if (exclusiveMinimum !== undefined) {
    return ` above ${exclusiveMinimum}${maximum === undefined ? below : ` and at most ${formatCount(maximum)}`}`;
  }
  if (minimum === undefined) return '';
  return maximum === undefined
    ? ` from ${minimum} on${below}`
    : ` from ${minimum} to ${formatCount(maximum)}`;
}

/** A value as it stands in a message: short, on one line. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** The known name that a wrong one was probably meant to be; undefined where none is near. */
export function closest(found: string, known: readonly string[]): string | undefined {
  if (found.length > 60) return undefined;
  const distances = known.map((name) => editDistance(found.toLowerCase(), name.toLowerCase()));
  const best = smallest(distances);
  const name = known[distances.indexOf(best)];
  return name !== undefined && best <= Math.max(1, Math.floor(name.length / 3)) ? name : undefined;
}

/** Fewest insertions, deletions and replacements of characters between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
