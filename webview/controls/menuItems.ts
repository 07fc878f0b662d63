/** An entry of a menu; `checked` makes it one that can be on or off. */
export interface MenuItem {
  text: string;
  checked?: boolean;
  /** One of several of which one is on. */
  radio?: boolean;
  /** The menu stays open, for more of them to be chosen. */
  stays?: boolean;
  choose(): void;
}

/** Entries under a heading. */
export interface MenuGroup {
  heading?: string;
  /** It stays in sight below others that are scrolled. */
  foot?: boolean;
  items: MenuItem[];
}
