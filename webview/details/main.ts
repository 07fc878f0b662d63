import type { FromDetails, ToDetails } from '../../src/protocol/details';
import { onThemeChange } from '../page/theme';
import { DetailsPage } from './detailsPage';
import './style.css';

declare function acquireVsCodeApi(): { postMessage(message: FromDetails): void };

const api = acquireVsCodeApi();
const post = (message: FromDetails) => api.postMessage(message);
const page = new DetailsPage(document.getElementById('app')!, post);
window.addEventListener('message', (event: MessageEvent<ToDetails>) => page.receive(event.data));
window.addEventListener('error', (event) => post({ type: 'failed', message: event.message }));
window.addEventListener('unhandledrejection', (event) =>
  post({ type: 'failed', message: String(event.reason) }),
);
onThemeChange(() => page.repaint());
post({ type: 'ready' });
