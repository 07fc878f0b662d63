import { cancelRecording } from '../recording/recordModel';
import type { Services } from '../shared/services';
import type { CommandHandlers } from './registry';

/** Commands about the work itself. */
export function workCommands(services: Pick<Services, 'log' | 'sessions' | 'runs' | 'instances'>) {
  return {
    'apd.refresh': async () => {
      const { active } = services.sessions;
      await Promise.all([active?.load(), services.runs.search()]);
    },
    'apd.cancel': () => {
      cancelRecording();
      services.sessions.active?.cancel();
    },
    'apd.showLog': () => services.log.show(),
    'apd.showMoreInstances': () => services.instances.showMore(),
  } satisfies CommandHandlers;
}
