import type { EngineNotifications, EngineRequests } from '../../protocol/engine';
import type { Work } from './work';

/** Tells something unasked. */
export type Tell = <K extends keyof EngineNotifications>(method: K, note: EngineNotifications[K]) => void;

/** Answers of all requests. */
export type Handlers = {
  [K in keyof EngineRequests]: (
    params: EngineRequests[K]['params'],
    work: Work,
  ) => EngineRequests[K]['result'] | Promise<EngineRequests[K]['result']>;
};
