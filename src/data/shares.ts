import { InputError } from '../core/errors';
import type { Share } from './selectInstances';
import { wordedFor } from '../core/audience';

/**
 * Reads named shares, `train=0.8,test=0.2`.
 * @throws InputError naming the option `split`
 */
export function parseShares(text: string): Share[] {
  return text.split(',').map((part) => {
    const match = /^([^=]+)=([0-9.]+)$/.exec(part.trim());
    if (!match) {
      throw new InputError(
        wordedFor({ commandLine: '--split', window: 'split' }),
        `is '${text}', expected names with shares such as train=0.8,test=0.2`,
      );
    }
    return { name: match[1], share: Number(match[2]) };
  });
}
