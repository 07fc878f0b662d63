import { icon, make, setStyle } from '../dom';

/** An entry of a menu; `checked` makes it one that can be on or off. */
export interface MenuItem {
  text: string;
  checked?: boolean;
  /** One of several of which one is on. */
  radio?: boolean;
  choose(): void;
}

/** Entries under a heading. */
export interface MenuGroup {
  heading?: string;
  items: MenuItem[];
}

let close: (() => void) | undefined;

/**
 * Opens a menu below an element: arrow keys move, Enter chooses, Escape closes, and the focus returns. One menu is open at
 * a time.
 */
export function openMenu(anchor: HTMLElement, label: string, groups: MenuGroup[]): void {
  close?.();
  const menu = make('div', { class: 'menu', role: 'menu', 'aria-label': label });
  const shut = (returnFocus: boolean) => {
    menu.remove();
    document.removeEventListener('pointerdown', onOutside, true);
    anchor.setAttribute('aria-expanded', 'false');
    close = undefined;
    if (returnFocus) anchor.focus();
  };
  const onOutside = (event: Event) => {
    if (!menu.contains(event.target as Node)) shut(false);
  };
  for (const { heading, items } of groups) {
    const group = make('div', { class: 'menu-group', role: 'group' });
    if (heading !== undefined) {
      group.setAttribute('aria-label', heading);
      group.append(make('div', { class: 'menu-heading' }, heading));
    }
    for (const item of items) group.append(itemButton(item, () => shut(true)));
    menu.append(group);
  }
  menu.addEventListener('keydown', (event) => onKey(event, menu, () => shut(true)));
  document.body.append(menu);
  placeBelow(menu, anchor);
  document.addEventListener('pointerdown', onOutside, true);
  anchor.setAttribute('aria-expanded', 'true');
  close = () => shut(false);
  menu.querySelector('button')?.focus();
}

function itemButton(item: MenuItem, done: () => void): HTMLButtonElement {
  const checkable = item.checked !== undefined;
  const role = !checkable ? 'menuitem' : item.radio ? 'menuitemradio' : 'menuitemcheckbox';
  const button = make('button', { type: 'button', class: 'menu-item', role, tabindex: '-1' });
  if (checkable) button.setAttribute('aria-checked', String(item.checked));
  button.append(item.checked ? icon('check') : make('span', { class: 'menu-space' }), item.text);
  button.addEventListener('click', () => {
    done();
    item.choose();
  });
  return button;
}

function onKey(event: KeyboardEvent, menu: HTMLElement, shut: () => void): void {
  const items = [...menu.querySelectorAll('button')];
  const at = items.indexOf(document.activeElement as HTMLButtonElement);
  const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key === 'Escape' || event.key === 'Tab') shut();
  else if (event.key in to) items[(to[event.key] + items.length) % items.length].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function placeBelow(menu: HTMLElement, anchor: HTMLElement): void {
  const { left, bottom } = anchor.getBoundingClientRect();
  const x = Math.max(4, Math.min(left, window.innerWidth - menu.offsetWidth - 4));
  const room = Math.max(80, window.innerHeight - bottom - 8);
  setStyle(menu, { left: `${x}px`, top: `${bottom + 2}px`, 'max-height': `${room}px` });
}
