import type { DiagramView } from './diagramView';
import type { Place } from './drawnScene';
import { firstPlace, neighbour, type Direction } from './navigation';

/** What keys ask for. */
export interface KeyActions {
  /** The focus has moved. */
  focused(place: Place): void;
  select(place: Place, add: boolean): void;
  filter(place: Place | undefined): void;
  /** Undoes the last step: selection first, then the last filter. */
  back(): void;
  snapshot(step: 'first' | 'previous' | 'next' | 'last'): void;
  play(): void;
  zoomBy(factor: number): void;
  fit(): void;
}

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** The keys of the diagram, while it has the focus. */
export function bindKeys(view: DiagramView, actions: KeyActions): void {
  const { element } = view.stage;
  const others = commandKeys(view, actions);
  element.addEventListener('keydown', (event) => {
    if (event.altKey || ((event.ctrlKey || event.metaKey) && event.key !== 'Enter')) return;
    const direction = DIRECTIONS[event.key];
    const command = direction ? () => moveFocus(view, direction, actions) : others[event.key];
    if (!command) return;
    event.preventDefault();
    command(event);
  });
  element.addEventListener('focus', () => {
    // With the keyboard alone there is always a block that has the focus.
    const byKeyboard = element.matches(':focus-visible');
    if (view.focus || !view.drawn || !byKeyboard) view.setFocus(view.focus, byKeyboard);
    else moveTo(view, firstPlace(view.drawn), actions);
  });
  element.addEventListener('blur', () => view.setFocus(view.focus, false));
}

function commandKeys(
  view: DiagramView,
  actions: KeyActions,
): Partial<Record<string, (event: KeyboardEvent) => void>> {
  const choose = (event: KeyboardEvent) => {
    if (view.focus) actions.select(view.focus, event.shiftKey || event.ctrlKey || event.metaKey);
  };
  const zoomIn = () => actions.zoomBy(1.5);
  const filter = () => actions.filter(view.focus);
  return {
    Enter: choose,
    ' ': choose,
    f: filter,
    F: filter,
    Escape: () => actions.back(),
    Home: () => actions.snapshot('first'),
    End: () => actions.snapshot('last'),
    '[': () => actions.snapshot('previous'),
    ']': () => actions.snapshot('next'),
    p: () => actions.play(),
    P: () => actions.play(),
    '+': zoomIn,
    '=': zoomIn,
    '-': () => actions.zoomBy(1 / 1.5),
    '0': () => actions.fit(),
  };
}

function moveFocus(view: DiagramView, direction: Direction, actions: KeyActions): void {
  if (!view.drawn) return;
  const place = view.focus ? neighbour(view.drawn, view.focus, direction) : firstPlace(view.drawn);
  moveTo(view, place, actions);
}

function moveTo(view: DiagramView, place: Place | undefined, actions: KeyActions): void {
  if (!place) return;
  view.setFocus(place, true);
  actions.focused(place);
}
