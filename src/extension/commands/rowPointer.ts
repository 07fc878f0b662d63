import type { RowPointer } from '../../protocol/logs';

/**
 * Reads what a user types to point at a row of a log: `line 12`, `epoch 3`, `step 1,200`, several with commas between; a
 * number alone is a line where the log has lines, else an epoch.
 * @returns what is wrong, in a sentence, where it is not understood
 */
export function readRowPointer(text: string, hasLines: boolean): RowPointer | string {
  const pointer: RowPointer = {};
  const parts = text
    .replaceAll(/(\d),(?=\d{3}\b)/g, '$1')
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const part of parts) {
    const [, word, number] = /^([a-z]*)\s*(\d+(?:\.\d+)?)$/i.exec(part) ?? [];
    const field = number === undefined ? undefined : fieldOf(word, hasLines);
    if (field === undefined) return `“${part}” is not understood: write ${examples(hasLines)}.`;
    const value = Number(number);
    if (field !== 'epoch' && !Number.isSafeInteger(value)) return `A ${field} is a whole number.`;
    if (field === 'line' && !hasLines) {
      return `This log is binary and has no lines: write ${examples(false)}.`;
    }
    if (field === 'line' && value === 0) return 'Lines count from 1.';
    pointer[field] = value;
  }
  return parts.length > 0 ? pointer : `Write ${examples(hasLines)}.`;
}

function fieldOf(word: string, hasLines: boolean): keyof RowPointer | undefined {
  const lower = word.toLowerCase();
  if (lower === '') return hasLines ? 'line' : 'epoch';
  return (['line', 'epoch', 'step'] as const).find((field) => field.startsWith(lower));
}

function examples(hasLines: boolean): string {
  return hasLines ? '“line 12”, “epoch 3” or “step 1200”' : '“epoch 3” or “step 1200”';
}
