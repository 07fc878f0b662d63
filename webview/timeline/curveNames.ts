import { fitText, textWidth } from '../../src/core/appearance/textWidth';

/** Width of a piece of line beside a name, and between names, in pixels. */
export const SAMPLE = 22;
const NAME_GAP = 14;
/** Size of names. */
const NAME_SIZE = 10;
/** Shortened names keep at least this width, or are left out. */
const LEAST_NAME = 56;

/** A name with the place of its sample of line. */
export interface PlacedName {
  /** Index of the curve. */
  curve: number;
  x: number;
  text: string;
}

/** Width of a name, without its sample. `fontWidth`: how much wider the font is than the one widths are estimated for. */
export function nameWidth(text: string, fontWidth: number): number {
  return textWidth(text, NAME_SIZE) * fontWidth;
}

/**
 * Names of levels in a row: all of them, or the chosen one and the ends, or the chosen one, as there is room.
 * @param chosen index of the level that stands out
 */
export function levelNames(
  names: readonly string[],
  chosen: number,
  [left, right]: readonly [number, number],
  fontWidth: number,
): PlacedName[] {
  const all = [...names.keys()];
  const few = all.filter((l) => l === 0 || l === chosen || l === all.length - 1);
  const fits = (levels: number[]) => {
    const row = inRow(levels, names, left, fontWidth);
    return (row.end ?? left) <= right ? row.placed : undefined;
  };
  return fits(all) ?? fits(few) ?? fits([chosen]) ?? [];
}

/**
 * Names of metrics in a row: whole, or the longest of them shortened, or as many as there is room for.
 * @returns `more`: how many are left out, and where that is said
 */
export function metricNames(
  names: readonly string[],
  [left, right]: readonly [number, number],
  fontWidth: number,
): { placed: PlacedName[]; more?: { x: number; text: string } } {
  const widths = names.map((name) => nameWidth(name, fontWidth));
  for (let count = names.length; count > 0; count--) {
    const text = count < names.length ? `+${names.length - count}` : undefined;
    const end = text === undefined ? right : right - NAME_GAP - nameWidth(text, fontWidth);
    const room = end - left - count * SAMPLE - (count - 1) * NAME_GAP;
    const widest = widestOf(widths.slice(0, count), room);
    if (widest < LEAST_NAME) continue;
    const short = names.slice(0, count).map((name) => fitText(name, widest / fontWidth, NAME_SIZE));
    const row = inRow([...short.keys()], short, left, fontWidth);
    return { placed: row.placed, ...(text === undefined ? {} : { more: { x: row.end! + NAME_GAP, text } }) };
  }
  return { placed: [] };
}

function inRow(
  curves: readonly number[],
  names: readonly string[],
  left: number,
  fontWidth: number,
): { placed: PlacedName[]; end?: number } {
  let x = left;
  let end: number | undefined;
  const placed = curves.map((curve) => {
    const text = names[curve];
    const at = x;
    end = x + SAMPLE + nameWidth(text, fontWidth);
    x = end + NAME_GAP;
    return { curve, x: at, text };
  });
  return { placed, end };
}

/** Width that no name may be wider than, for all to have room; short names leave theirs to the longer ones. */
function widestOf(widths: readonly number[], room: number): number {
  let left = room;
  const rising = [...widths].sort((a, b) => a - b);
  for (const [i, width] of rising.entries()) {
    const share = left / (rising.length - i);
    if (width > share) return share;
    left -= width;
  }
  return Infinity;
}
