import { make, setStyle } from '../page/dom';
import type { Scene } from '../../src/protocol/scene';
import type { Shown } from '../page/shownState';

/** Least distance of the message from the edges of the page, in pixels. */
const MARGIN = 6;

/** Looks for an instance by its number, and says in words when it cannot be shown. */
export class FindBox {
  readonly element: HTMLElement;
  private readonly input = make('input', {
    class: 'find',
    type: 'text',
    inputmode: 'numeric',
    placeholder: 'Instance',
    'aria-label': 'Find an instance by its number',
    'aria-describedby': 'find-problem',
    title: 'Find an instance by its number (Enter)',
  });
  /** Read when the input has the focus; announced too, as it appears while the focus is there already. */
  private readonly problem = make('div', { class: 'find-problem', id: 'find-problem', hidden: '' });
  private rows?: number;
  private drawing?: Scene;

  /**
   * @param find asked to select an instance
   * @param say announces a text
   */
  constructor(
    private readonly find: (instance: number) => void,
    private readonly say: (text: string) => void,
  ) {
    this.element = make('div', { class: 'find-box' }, this.input, this.problem);
    this.input.addEventListener('input', () => this.tell(undefined));
    this.input.addEventListener('blur', () => this.tell(undefined));
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.enter(this.input.value.trim());
      if (event.key === 'Escape') this.tell(undefined);
    });
  }

  /** Another drawing may show what the last one did not. */
  show({ run, scene }: Shown): void {
    this.rows = run?.dataset.rows;
    if (scene !== this.drawing) this.tell(undefined);
    this.drawing = scene;
  }

  /** Hears what came of a search. */
  found(instance: number, problem: string | undefined): void {
    this.tell(problem);
    if (problem === undefined) this.say(`Instance ${instance} is selected`);
  }

  private enter(text: string): void {
    if (/^\d{1,15}$/.test(text)) {
      this.find(Number(text));
      return;
    }
    const range = this.rows === undefined ? '' : `, from 0 to ${this.rows - 1}`;
    this.tell(
      text === ''
        ? `Type the number of an instance${range}.`
        : `“${text}” is no number of an instance: whole numbers${range}.`,
    );
  }

  private tell(problem: string | undefined): void {
    this.problem.hidden = problem === undefined;
    this.problem.textContent = problem ?? '';
    if (problem !== undefined) this.place();
    this.input.setAttribute('aria-invalid', String(problem !== undefined));
    if (problem !== undefined) this.say(problem);
  }

  /** Below the box, wholly on the page however narrow that is. */
  private place(): void {
    const { left } = this.element.getBoundingClientRect();
    const last = document.documentElement.clientWidth - this.problem.offsetWidth - MARGIN;
    setStyle(this.problem, { left: `${Math.max(MARGIN, Math.min(left, last)) - left}px` });
  }
}
