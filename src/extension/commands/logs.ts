import type { Services } from '../services';
import type { Handlers } from './registry';

/** Commands that go from a log to the diagram and back. */
export function logCommands(_services: Services) {
  return {
    'apd.revealInLog': () => undefined,
    'apd.showDiagramForLine': () => undefined,
    'apd.previousSnapshotInLog': () => undefined,
    'apd.nextSnapshotInLog': () => undefined,
  } satisfies Handlers;
}
