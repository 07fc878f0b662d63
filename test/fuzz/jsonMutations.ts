import type { Random } from '../../src/core/random';
import { mutateText, pick, type Mutation } from './mutations';

/** Where a value stands in a tree. */
interface Spot {
  holder: Record<string, unknown>;
  key: string;
}

/** Values that take the place of others. */
function strangeValue(random: Random): unknown {
  const depth = 10 ** (1 + random.below(4));
  return pick<() => unknown>(
    [
      () => null,
      () => [],
      () => ({}),
      () => [null],
      () => [{}],
      () => '',
      () => 'x'.repeat(10_000),
      () => -1,
      () => 0,
      () => 1.5,
      () => 1e308,
      () => 2 ** 31,
      () => 2 ** 53,
      () => true,
      () => '../../../etc/passwd',
      () => '\0',
      () => Array.from({ length: 1000 }, (_, k) => k),
      () => `@deep ${depth}@`,
    ],
    random,
  )();
}

function spots(value: unknown, found: Spot[] = [], depth = 0): Spot[] {
  if (typeof value !== 'object' || value === null || depth > 100) return found;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    found.push({ holder, key });
    if (found.length < 5000) spots(holder[key], found, depth + 1);
  }
  return found;
}

/** JSON with values of its tree replaced, left out, doubled or moved; text that is none is changed as text. */
export const mutateJson: Mutation = (bytes, random) => {
  let tree: unknown;
  try {
    const text = bytes.toString('utf8');
    // What is deep already stays as it is: writing it goes down for each level.
    if (/(?:\[|\{"a":){300}/.test(text)) return mutateText(bytes, random);
    tree = JSON.parse(text);
  } catch {
    return mutateText(bytes, random);
  }
  if (random.below(6) === 0) return mutateText(bytes, random);
  for (let changes = 1 + random.below(3); changes > 0; changes--) changeTree(tree, random);
  // Written as lists in each other, so many, which no tree of that depth has to be made for.
  const text = JSON.stringify(tree).replace(
    /"@deep (\d{2,5})@"/g,
    (_, depth: string) => '['.repeat(Number(depth)) + ']'.repeat(Number(depth)),
  );
  return Buffer.from(text, 'utf8');
};

function changeTree(tree: unknown, random: Random): void {
  const all = spots(tree);
  if (all.length === 0) return;
  const { holder, key } = pick(all, random);
  const isList = Array.isArray(holder);
  switch (random.below(6)) {
    case 0:
      if (isList) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 1:
      if (isList) holder.push(structuredClone(holder[Number(key)]));
      else holder[`${key}2`] = holder[key];
      break;
    case 2: {
      const other = pick(all, random);
      // A copy, so that no tree holds itself.
      holder[key] = structuredClone(other.holder[other.key]);
      break;
    }
    case 3:
      if (typeof holder[key] === 'number') {
        holder[key] = pick([-1, 0, 1e9, 2 ** 31, 2 ** 40, 0.5, 1e300], random);
      } else {
        holder[key] = strangeValue(random);
      }
      break;
    default:
      holder[key] = strangeValue(random);
  }
}

/** JSON line by line. */
export const mutateJsonLines: Mutation = (bytes, random) => {
  const lines = bytes.toString('utf8').split('\n');
  const at = random.below(lines.length);
  if (random.below(3) === 0) return mutateText(bytes, random);
  lines[at] = mutateJson(Buffer.from(lines[at], 'utf8'), random).toString('utf8');
  return Buffer.from(lines.join('\n'), 'utf8');
};
