import type { PanelCommand } from '../../src/protocol/panel';
import { icon, iconButton, make } from './dom';

/** Work that is done sooner than this is not announced, so that nothing flickers. */
const PATIENCE = 250;

/** What the page says instead of a diagram, or over it: nothing open, work going on, an error. */
export class NoticeList {
  /** Fills the page while there is no diagram. */
  readonly empty = make('div', { class: 'notice empty', hidden: '' });
  /** Stands in the place of blocks when no instance is left to draw. */
  readonly nothing = make(
    'div',
    { class: 'notice nothing', hidden: '' },
    'No instance is left: take classes in again in the legend, or remove a filter.',
  );
  /** Fills the page of a run that has just begun. */
  readonly waiting = make('div', { class: 'notice empty', role: 'status', hidden: '' });
  readonly busy = make('div', { class: 'notice busy', role: 'status', hidden: '' });
  readonly error = make('div', { class: 'notice error', role: 'alert', hidden: '' });
  private readonly message = make('span', { class: 'notice-text' });
  private readonly bar = make('progress', { class: 'progress', max: '1' });
  private timer?: number;

  constructor(private readonly command: (command: PanelCommand) => void) {
    const button = (text: string, command: PanelCommand, primary = false) => {
      const made = make('button', { type: 'button', class: primary ? 'action primary' : 'action' }, text);
      made.addEventListener('click', () => this.command(command));
      return made;
    };
    this.busy.append(icon('loading'), this.message, this.bar, button('Cancel', 'apd.cancel'));
    this.empty.append(
      make('h1', {}, 'No run is open'),
      make(
        'p',
        {},
        'Open a model (ONNX, Keras, TensorFlow.js) together with its dataset, or a folder of checkpoints, to see how it tells its instances apart: level by level, pattern by pattern. A run that was recorded before opens at once.',
      ),
      make(
        'div',
        { class: 'actions' },
        button('Open a Model…', 'apd.openModel', true),
        button('Open a Run…', 'apd.openRun'),
      ),
    );
  }

  /** Says that nothing is open, or no longer does. */
  showEmpty(empty: boolean): void {
    this.empty.hidden = !empty;
  }

  /** Says that a run has no snapshot yet; undefined when there is none to wait for. */
  showWaiting(run: string | undefined): void {
    this.waiting.hidden = run === undefined;
    if (run === undefined || this.waiting.dataset.run === run) return;
    this.waiting.dataset.run = run;
    this.waiting.replaceChildren(
      make('h1', {}, 'Waiting for the first snapshot…'),
      make('p', {}, `${run} has just begun. Its diagram is drawn as soon as the first snapshot is written.`),
    );
  }

  /** Says what is being done, and how far it is. */
  showBusy(message: string, share?: number): void {
    this.message.textContent = message;
    if (share === undefined) this.bar.removeAttribute('value');
    else this.bar.value = share;
    this.bar.setAttribute('aria-label', message);
    if (this.timer !== undefined || !this.busy.hidden) return;
    this.timer = window.setTimeout(() => {
      this.busy.hidden = false;
    }, PATIENCE);
  }

  showIdle(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.busy.hidden = true;
  }

  /** Says what went wrong, until it is closed or something is shown again. */
  showError(message: string): void {
    const button = (text: string, command: PanelCommand) => {
      const made = make('button', { type: 'button', class: 'action' }, text);
      made.addEventListener('click', () => this.command(command));
      return made;
    };
    this.error.replaceChildren(
      icon('error'),
      make('span', { class: 'notice-text' }, message),
      button('Show Log', 'apd.showLog'),
      button('Refresh', 'apd.refresh'),
      iconButton('close', 'Close this message', () => this.hideError()),
    );
    this.error.hidden = false;
  }

  hideError(): void {
    this.error.hidden = true;
  }
}
