import type { Services } from '../services';
import type { Handlers } from './registry';

/** Commands that record checkpoints as they come. */
export function followCommands(_services: Services) {
  return {
    'apd.followCheckpoints': () => undefined,
    'apd.pauseFollowing': () => undefined,
  } satisfies Handlers;
}
