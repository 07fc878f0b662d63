/** Advance widths of Inter in thousandths of the font size, for the characters ' ' to '~'. */
const regular = [
  281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646,
  593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269,
  571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471,
  456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528,
  327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];
/** The semi-bold cut is that much wider; other fonts may be too, so a little room is added to both. */
const BOLD_FACTOR = 1.03;
const SAFETY = 1.03;

/** Width of a text in Inter, an upper estimate for similar sans-serif fonts. */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    // Beyond ASCII: letters are about as wide as Latin ones up to Cyrillic, a full em from there on (CJK, symbols).
    sum += regular[code - 32] ?? (code < 0x600 ? 680 : 1000);
  }
  return (sum / 1000) * size * (bold ? BOLD_FACTOR : 1) * SAFETY;
}

/** The text, or as much of it as fits followed by '…'; empty when not even one character does. */
export function fitText(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const characters = Array.from(text);
  for (let n = characters.length - 1; n > 0; n--) {
    const short = `${characters.slice(0, n).join('').trimEnd()}…`;
    if (textWidth(short, size, bold) <= width) return short;
  }
  return '';
}

/** The first of several texts that fits; empty when none does: half a number would mislead. */
export function firstFitting(variants: readonly string[], width: number, size: number, bold = false): string {
  return variants.find((text) => textWidth(text, size, bold) <= width) ?? '';
}
