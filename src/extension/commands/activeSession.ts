import type { RunInfo } from '../../protocol/engine';
import { UserError } from '../shared/failures';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';

/** The session that commands mean, with its opened run. @throws UserError where there is none */
export function activeSession(services: Pick<Services, 'sessions'>): { session: Session; run: RunInfo } {
  const session = services.sessions.active;
  if (!session) throw new UserError('no diagram is open; open a run or a model first');
  if (!session.run) {
    throw new UserError(`${session.folder} is not open yet: ${session.error ?? 'it is being read'}`);
  }
  return { session, run: session.run };
}
