import { InputError } from '../../core/errors';
import { oneLine } from '../../core/wording';

/** Names under which the numbers of a dataset are usually saved, the likelier first. */
const dataNames = [
  'x',
  'X',
  'x_train',
  'X_train',
  'data',
  'images',
  'train_images',
  'features',
  'train_set_x',
  'arr_0',
];

/** The same of labels. */
const labelNames = [
  'y',
  'Y',
  'y_train',
  'Y_train',
  'labels',
  'label',
  'train_labels',
  'target',
  'targets',
  'train_set_y',
  'arr_1',
];

/** The array that goes by its name for the instances. */
export function usualData(names: readonly string[]): string | undefined {
  return dataNames.find((name) => names.includes(name));
}

/** The array that goes by its name for labels. */
export function usualLabels(names: readonly string[]): string | undefined {
  return labelNames.find((name) => names.includes(name));
}

/** What names of numbers become to be names of their labels. */
const partners: [RegExp, string[]][] = [
  [/^x/, ['y', 'Y']],
  [/^X/, ['y', 'Y']],
  [/x$/i, ['y', 'Y']],
  [/(data|features|images|image)/, ['labels', 'label', 'target', 'targets']],
  [/^arr_0$/, ['arr_1']],
];

/** The arrays of an archive, and which of them is meant. */
export interface MemberChoice<T extends { name: string }> {
  file: string;
  members: readonly T[];
  /** Its name, where the user gave one. */
  wanted: string | undefined;
  /** `only`: the name must be given unless there is a single array. */
  role: 'data' | 'labels' | 'only';
  notices: string[];
}

/**
 * The array of an archive that is meant.
 * @throws InputError listing the arrays there are
 */
export function chooseMember<T extends { name: string }>({
  file,
  members,
  wanted,
  role,
  notices,
}: MemberChoice<T>): T {
  const names = members.map((member) => member.name);
  const shown = names.slice(0, 12).map(oneLine).join(', ') + (names.length > 12 ? ', …' : '');
  if (members.length === 0) throw new InputError(file, 'has no arrays in it');
  if (wanted !== undefined) return pick(file, members, wanted, shown);
  if (members.length === 1) return members[0];
  const usual = role === 'data' ? dataNames : role === 'labels' ? labelNames : [];
  const name = usual.find((candidate) => names.includes(candidate));
  if (name === undefined) {
    throw new InputError(file, `has the arrays ${shown}: say which, as ${file}:${oneLine(names[0])}`);
  }
  notices.push(`${file}: the ${role} are its array \`${name}\` (there are ${shown}).`);
  return pick(file, members, name, shown);
}

function pick<T extends { name: string }>(
  file: string,
  members: readonly T[],
  name: string,
  shown: string,
): T {
  const found = members.filter((member) => member.name === name);
  if (found.length !== 1) {
    const problem = found.length === 0 ? `has no array \`${name}\`` : `has more than one array \`${name}\``;
    throw new InputError(file, `${problem}, only ${shown}`);
  }
  return found[0];
}

/** The array that goes by its name for the labels of another one; undefined where there is none. */
export function partnerOf(data: string, names: readonly string[]): string | undefined {
  for (const [pattern, replacements] of partners) {
    const partner = replacements
      .map((replacement) => data.replace(pattern, replacement))
      .find((candidate) => pattern.test(data) && candidate !== data && names.includes(candidate));
    if (partner !== undefined) return partner;
  }
  const usual = labelNames.find((name) => names.includes(name));
  return dataNames.includes(data) && !/train/i.test(usual ?? '') ? usual : undefined;
}
