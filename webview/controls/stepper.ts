import { iconButton, make } from '../page/dom';
import type { Scene } from '../../src/protocol/scene';
import { snapshotNameAt } from '../page/references';
import type { Shown } from '../page/shownState';

/** Least time that each snapshot stays while playing, in milliseconds. */
const PLAY_STEP = 1000;

export type Step = 'first' | 'previous' | 'next' | 'last';

/** Buttons that go through the snapshots, and play. */
export class Stepper {
  readonly element: HTMLElement;
  private shown?: Shown;
  private playing?: number;
  /** What was drawn before the last step: the next one waits until something else is. */
  private passed?: Scene;
  private readonly label = make('span', { class: 'snapshot-name' });
  private readonly buttons: Record<Step, HTMLButtonElement>;
  private readonly playButton: HTMLButtonElement;

  /** @param goTo asked to show another snapshot */
  constructor(private readonly goTo: (snapshot: number) => void) {
    const button = (step: Step, icon: string, label: string) =>
      iconButton(icon, label, () => {
        this.stop();
        this.step(step);
      });
    this.buttons = {
      first: button('first', 'debug-reverse-continue', 'First snapshot (Home)'),
      previous: button('previous', 'chevron-left', 'Previous snapshot ([)'),
      next: button('next', 'chevron-right', 'Next snapshot (])'),
      last: button('last', 'debug-continue', 'Last snapshot (End)'),
    };
    this.playButton = iconButton('play', 'Play the snapshots (P)', () => this.togglePlay());
    const { first, previous, next, last } = this.buttons;
    this.element = make('div', { class: 'group stepper', role: 'group', 'aria-label': 'Snapshot' });
    this.element.append(first, previous, this.playButton, next, last, this.label);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const { run, wanted: state } = shown;
    const count = run?.snapshots.length ?? 0;
    this.element.hidden = count === 0 || state.view === 'time';
    this.buttons.first.disabled = this.buttons.previous.disabled = state.snapshot <= 0;
    this.buttons.last.disabled = this.buttons.next.disabled = state.snapshot >= count - 1;
    this.playButton.disabled = count < 2;
    this.label.textContent = run ? snapshotNameAt(run, state.snapshot) : '';
  }

  /** Goes a step. */
  step(step: Step): void {
    const last = (this.shown?.run?.snapshots.length ?? 0) - 1;
    const now = this.shown?.wanted.snapshot ?? 0;
    const to = { first: 0, previous: Math.max(0, now - 1), next: Math.min(last, now + 1), last }[step];
    if (to !== now && last >= 0) this.leaveFor(to);
  }

  /** Starts to play, from the first snapshot when the last one is shown; or pauses. */
  togglePlay(): void {
    const count = this.shown?.run?.snapshots.length ?? 0;
    if (this.playing !== undefined) {
      this.stop();
    } else if (count > 1) {
      if (this.shown!.wanted.snapshot >= count - 1) this.leaveFor(0);
      else this.step('next');
      this.playing = window.setInterval(() => this.playOn(count), PLAY_STEP);
      this.showPlaying();
    }
  }

  /** Ends playing. */
  stop(): void {
    window.clearInterval(this.playing);
    this.playing = undefined;
    this.showPlaying();
  }

  private leaveFor(snapshot: number): void {
    this.passed = this.shown?.scene;
    this.goTo(snapshot);
  }

  private playOn(count: number): void {
    if ((this.shown?.wanted.snapshot ?? 0) >= count - 1) this.stop();
    else if (this.shown?.scene !== this.passed) this.step('next');
  }

  private showPlaying(): void {
    const on = this.playing !== undefined;
    const label = on ? 'Pause (P)' : 'Play the snapshots (P)';
    this.playButton.title = label;
    this.playButton.setAttribute('aria-label', label);
    this.playButton.firstElementChild!.className = `codicon codicon-${on ? 'debug-pause' : 'play'}`;
  }
}
