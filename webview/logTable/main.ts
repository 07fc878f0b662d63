import '@vscode/codicons/dist/codicon.css';
import type { FromLogTable, ToLogTable } from '../../src/protocol/logTable';
import { onThemeChange } from '../page/theme';
import { LogTablePage, type KeptTable } from './logTablePage';
import './style.css';

declare function acquireVsCodeApi(): {
  postMessage(message: FromLogTable): void;
  setState(state: KeptTable): void;
  getState(): KeptTable | undefined;
};

const api = acquireVsCodeApi();
const post = (message: FromLogTable) => api.postMessage(message);
const kept = api.getState();
const host = { post, keep: (state: KeptTable) => api.setState(state) };
const root = document.getElementById('app')!;
const page = new LogTablePage(root, host, kept?.version === 1 ? kept : undefined);
window.addEventListener('message', (event: MessageEvent<ToLogTable>) => page.receive(event.data));
window.addEventListener('error', (event) => post({ type: 'failed', message: event.message }));
window.addEventListener('unhandledrejection', (event) =>
  post({ type: 'failed', message: String(event.reason) }),
);
onThemeChange(() => page.restyle());
post({ type: 'ready' });
