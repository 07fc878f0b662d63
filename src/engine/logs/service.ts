import type { LogRequests } from '../../protocol/logs';
import type { RunStore } from '../runStore';
import type { Handlers, Tell } from '../service';

/** Answers of all requests about logs. */
export function logHandlers(_store: RunStore, _tell: Tell): Pick<Handlers, keyof LogRequests> {
  const none = () => {
    throw new Error('not there yet');
  };
  return {
    'log/links': none,
    'log/info': none,
    'log/link': none,
    'log/correct': none,
    'log/curves': none,
    'log/table': none,
    'log/watch': none,
  };
}
