import type { FollowRequests } from '../../protocol/follow';
import type { RunStore } from '../runStore';
import type { Handlers, Tell } from '../service';

/** Answers of all requests about following. */
export function followHandlers(_store: RunStore, _tell: Tell): Pick<Handlers, keyof FollowRequests> {
  const none = () => {
    throw new Error('not there yet');
  };
  return { 'follow/start': none, 'follow/stop': none, 'follow/states': none };
}
