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

/** A whole number with thousands separated: 2,311. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3}){1,8}$)/g, ',');
}

/** A share as per cent: one digit below 10 % and above 99 %, none between; never 100 % or 0 % unless it is exactly that. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent >= 10 && percent < 99) return `${percent.toFixed(0)} %`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

/** A count and its noun: "1 pattern", "2,311 patterns". */
export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** A value of a metric in few characters: `0.2431`, `3.1e-5`, `NaN`, `−∞`. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace(/\.?0{0,2}e\+?/, 'e');
  return String(Number(value.toPrecision(4)));
}
