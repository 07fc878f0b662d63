import '@vscode/codicons/dist/codicon.css';
import './style.css';
import { Application } from './application';
import { listen, persist, post, restore } from './page/host';

const application = new Application(document.getElementById('app')!, post, persist, restore());
listen((message) => application.receive(message));
post({ type: 'ready', ...application.size });
