import type { Choice } from '../controls/choices';

/** Makes an element: attributes as they are in HTML, texts and elements as children. Text is never read as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An icon of the workbench's font. */
export function icon(name: string): HTMLElement {
  return make('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** A button with an icon, a name for the tooltip and for screen readers, and perhaps a text beside the icon. */
export function iconButton(name: string, label: string, onClick: () => void, text = ''): HTMLButtonElement {
  const button = make('button', { type: 'button', class: 'button', title: label, 'aria-label': label });
  if (name !== '') button.append(icon(name));
  if (text !== '') button.append(make('span', { class: 'button-text' }, text));
  button.addEventListener('click', onClick);
  return button;
}

/** A select element with a label that a screen reader reads. */
export function selectBox(
  label: string,
  choices: Choice[],
  onChange: (value: string) => void,
): HTMLSelectElement {
  const select = make('select', { class: 'select', 'aria-label': label, title: label });
  setChoices(select, choices);
  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** Replaces the choices of a select element when they differ, so that an open one is not disturbed. */
export function setChoices(select: HTMLSelectElement, choices: Choice[]): void {
  const key = JSON.stringify(choices);
  if (select.dataset.choices === key) return;
  select.dataset.choices = key;
  select.replaceChildren(...choices.map(({ value, text }) => make('option', { value }, text)));
}

/** Sets a property of an element's style; the page's policy allows it, unlike style attributes. */
export function setStyle(element: HTMLElement | SVGElement, properties: Record<string, string>): void {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}
