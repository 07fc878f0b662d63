import type { DiagramView } from '../diagramView';
import type { BlockPlace } from '../drawnScene';
import {
  besideRibbon,
  firstPlace,
  neighbour,
  ribbonBeside,
  type Direction,
  type RibbonPlace,
} from './navigation';

/** Where the keyboard is: on a block, or on a ribbon. */
export type KeyPlace = BlockPlace | RibbonPlace;

/** What keys ask for. */
export interface KeyActions {
  /** The focus has moved. */
  focused(place: KeyPlace): void;
  select(place: KeyPlace, add: boolean): void;
  filter(place: KeyPlace | undefined): void;
  /** Undoes the last step: selection first, then the last filter. */
  back(): void;
  snapshot(step: 'first' | 'previous' | 'next' | 'last'): void;
  play(): void;
  zoomBy(factor: number): void;
  fit(): void;
}

const directions: Record<string, Direction> = {
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
    const direction = directions[event.key];
    const command = direction ? () => moveFocus(view, direction, event.shiftKey, actions) : others[event.key];
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
    const place = view.ribbon ?? view.focus;
    if (place) actions.select(place, event.shiftKey || event.ctrlKey || event.metaKey);
  };
  const zoomIn = () => actions.zoomBy(1.5);
  const filter = () => actions.filter(view.ribbon ?? view.focus);
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

/** Moves to the next block, from a ribbon to the next ribbon or its ends, or (with Shift) from a block onto a ribbon. */
function moveFocus(view: DiagramView, direction: Direction, shift: boolean, actions: KeyActions): void {
  const { drawn, focus, ribbon } = view;
  if (!drawn) return;
  if (ribbon) {
    moveTo(view, besideRibbon(drawn, ribbon, direction), actions);
  } else if (!focus) {
    moveTo(view, firstPlace(drawn), actions);
  } else if (shift && (direction === 'left' || direction === 'right')) {
    moveTo(view, ribbonBeside(drawn, focus, direction), actions);
  } else {
    moveTo(view, neighbour(drawn, focus, direction), actions);
  }
}

function moveTo(view: DiagramView, place: KeyPlace | undefined, actions: KeyActions): void {
  if (!place) return;
  if ('flow' in place) view.setRibbon(place);
  else view.setFocus(place, true);
  actions.focused(place);
}
