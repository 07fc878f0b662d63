import { mix } from '../../src/core/appearance/palette';
import { formatCount } from '../../src/core/wording';

/** Share of the text's colour in the lowest and in the highest piece. */
const LOWEST = 0.14;
const HIGHEST = 0.92;

/** What a piece is called: of two pieces the upper one is on. */
export function pieceName(piece: number, count: number): string {
  if (count !== 2) return `piece ${piece}`;
  return piece === 0 ? 'off' : 'on';
}

/**
 * Shades of the pieces from the background's to the text's: they differ in lightness alone, which every reader sees.
 * @param background and `text`: colours as #rrggbb
 */
export function pieceShades(count: number, background: string, text: string): string[] {
  return Array.from({ length: count }, (_, piece) =>
    mix(background, text, LOWEST + ((HIGHEST - LOWEST) * piece) / Math.max(1, count - 1)),
  );
}

/** Units of each piece. */
export function pieceCounts(pieces: Uint8Array, count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const piece of pieces) if (piece < count) counts[piece]++;
  return counts;
}

/** A pattern in words, for who does not see it: how many units have each piece. */
export function patternInWords(pieces: Uint8Array, count: number): string {
  const counts = pieceCounts(pieces, count);
  if (count === 2) return `${formatCount(counts[1])} of ${formatCount(pieces.length)} units on`;
  const parts = counts.map((units, piece) => `${formatCount(units)} in piece ${piece}`);
  return `${formatCount(pieces.length)} units: ${parts.join(', ')}`;
}

/** Units in a line of text. */
const UNITS_IN_LINE = 32;
/** Lines that are worth reading. */
const MOST_LINES = 128;

/** Lines that name the units of each piece but the lowest, 32 units a line; only the first of a large layer. */
export function patternLines(pieces: Uint8Array, count: number): { name: string; text: string }[] {
  const lines: { name: string; text: string }[] = [];
  for (let from = 0; from < pieces.length && lines.length < MOST_LINES; from += UNITS_IN_LINE) {
    const to = Math.min(pieces.length, from + UNITS_IN_LINE);
    const parts: string[] = [];
    for (let piece = 1; piece < count; piece++) {
      const units: number[] = [];
      for (let unit = from; unit < to; unit++) if (pieces[unit] === piece) units.push(unit);
      if (units.length > 0) parts.push(`${pieceName(piece, count)}: ${units.join(', ')}`);
    }
    const name = to - from === 1 ? `unit ${from}` : `units ${from}–${to - 1}`;
    lines.push({ name, text: parts.length > 0 ? parts.join('; ') : `all ${pieceName(0, count)}` });
  }
  if (lines.length * UNITS_IN_LINE < pieces.length) {
    lines.push({
      name: '…',
      text: `${formatCount(pieces.length - lines.length * UNITS_IN_LINE)} more units`,
    });
  }
  return lines;
}
