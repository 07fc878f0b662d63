import type { FromPanel, ToPanel } from '../../src/protocol/panel';
import type { Persisted } from './persistedState';

/** What VS Code gives to a page. */
interface VsCodeApi {
  postMessage(message: FromPanel): void;
  setState(state: Persisted): void;
  getState(): unknown;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Sends a message to the extension. */
export function post(message: FromPanel): void {
  api.postMessage(message);
}

/** Keeps what a reload of the window needs to find the same view again. */
export function persist(state: Persisted | undefined): void {
  if (state) api.setState(state);
}

/** What the page kept when it was there before. */
export function restore(): unknown {
  return api.getState();
}

/** Hears every message of the extension. */
export function listen(onMessage: (message: ToPanel) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToPanel>) => onMessage(event.data));
  window.addEventListener('error', (event) => post({ type: 'failed', message: event.message }));
  window.addEventListener('unhandledrejection', (event) =>
    post({ type: 'failed', message: String(event.reason) }),
  );
}
