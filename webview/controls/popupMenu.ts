import { icon, make, setStyle } from '../page/dom';
import type { MenuGroup, MenuItem } from './menuItems';

let close: (() => void) | undefined;

/** Letters typed faster than this, in milliseconds, are of one name. */
const TYPING_MS = 700;

/**
 * Opens a menu below an element, or above where there is more room: arrow keys move, letters go to what begins with them,
 * Enter chooses, Escape closes, and the focus returns. One menu is open at a time.
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
  for (const { heading, foot, items } of groups) {
    const group = make('div', { class: foot ? 'menu-group menu-foot' : 'menu-group', role: 'group' });
    if (heading !== undefined) {
      group.setAttribute('aria-label', heading);
      group.append(make('div', { class: 'menu-heading' }, heading));
    }
    for (const item of items) group.append(itemButton(item, () => shut(true)));
    menu.append(group);
  }
  menu.addEventListener('keydown', (event) => onKey(event, menu, () => shut(true)));
  bindTyping(menu);
  document.body.append(menu);
  placeBeside(menu, anchor);
  document.addEventListener('pointerdown', onOutside, true);
  anchor.setAttribute('aria-expanded', 'true');
  close = () => shut(false);
  menu.querySelector('button')?.focus();
}

function itemButton(item: MenuItem, done: () => void): HTMLButtonElement {
  const checkable = item.checked !== undefined;
  const role = !checkable ? 'menuitem' : item.radio ? 'menuitemradio' : 'menuitemcheckbox';
  const button = make('button', { type: 'button', class: 'menu-item', role, tabindex: '-1' });
  const show = (checked: boolean | undefined) => {
    if (checkable) button.setAttribute('aria-checked', String(checked));
    button.replaceChildren(checked ? icon('check') : make('span', { class: 'menu-space' }), item.text);
  };
  show(item.checked);
  let { checked } = item;
  button.addEventListener('click', () => {
    if (item.stays) show((checked = !checked));
    else done();
    item.choose();
  });
  return button;
}

/** Goes to the next item that begins, or else to the first that has, what is typed. */
function bindTyping(menu: HTMLElement): void {
  let [typed, last] = ['', 0];
  menu.addEventListener('keydown', (event) => {
    const { key, timeStamp } = event;
    const letter = key.length === 1 && key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!letter) return;
    typed = (timeStamp - last < TYPING_MS ? typed : '') + key.toLowerCase();
    last = timeStamp;
    const items = [...menu.querySelectorAll('button')];
    const at = items.indexOf(document.activeElement as HTMLButtonElement) + (typed.length > 1 ? 0 : 1);
    const inTurn = [...items.slice(at), ...items.slice(0, at)];
    const textOf = (item: HTMLElement) => (item.textContent ?? '').toLowerCase();
    const found =
      inTurn.find((item) => textOf(item).startsWith(typed)) ??
      inTurn.find((item) => textOf(item).includes(typed));
    found?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
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

function placeBeside(menu: HTMLElement, anchor: HTMLElement): void {
  const { left, top, bottom } = anchor.getBoundingClientRect();
  const x = Math.max(4, Math.min(left, window.innerWidth - menu.offsetWidth - 4));
  const below = window.innerHeight - bottom - 8;
  const above = top - 8;
  const over = below < menu.offsetHeight && above > below;
  const height = Math.max(80, over ? above : below);
  const y = over ? Math.max(4, top - 2 - Math.min(menu.offsetHeight, height)) : bottom + 2;
  setStyle(menu, { left: `${x}px`, top: `${y}px`, 'max-height': `${height}px` });
}
