import type { Services } from '../services';
import type { Handlers } from './registry';

/** Commands that link logs to runs, and correct how they belong together. */
export function linkCommands(_services: Services) {
  return {
    'apd.linkLog': () => undefined,
    'apd.unlinkLog': () => undefined,
    'apd.matchSnapshot': () => undefined,
    'apd.shiftEpochs': () => undefined,
    'apd.chooseMetrics': () => undefined,
  } satisfies Handlers;
}
