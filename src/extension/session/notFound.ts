import type { FoundInstance } from '../../protocol/engine';

/** Why an instance that was looked for is not selected, in a sentence for the user. */
export function notFound(instance: number, { where, rows, class: name }: FoundInstance): string {
  switch (where) {
    case 'beyond':
      return `There is no instance ${instance}: the dataset has instances 0 to ${rows - 1}.`;
    case 'absent':
      return `Instance ${instance} was not recorded in this snapshot.`;
    case 'filtered':
      return `Instance ${instance} is filtered away. Remove a filter to find it.`;
    case 'hidden':
      return `Instance ${instance} is of class ${name}, which is left out. Take it in again in the legend.`;
    case 'shown':
      return `Instance ${instance} is shown.`;
  }
}
