import { textWidth } from '../../../src/core/appearance/textWidth';
import type { PatternsScene } from '../../../src/protocol/scene';
import { CAPTION_SIZE } from '../layoutScene';
import { formatCount, formatShare } from '../../../src/core/wording';

/** A text for every row, all in the longest form that fits for all of them. */
export function rowTexts(scene: PatternsScene, room: number): string[] {
  const forms = Array.from(scene.node, (node, row) => {
    const name = scene.classes[scene.majority[row]]?.name ?? '';
    const count = `${formatCount(scene.occurrences[row])}×`;
    const purity = formatShare(scene.purity[row]);
    return [
      `#${node} · ${count} · ${name} (${purity})`,
      `${count} · ${name} (${purity})`,
      `${count} · ${name}`,
      count,
    ];
  });
  const fits = (form: number) => forms.every((texts) => textWidth(texts[form], CAPTION_SIZE) <= room);
  const form = [0, 1, 2].find(fits) ?? 3;
  return forms.map((texts) => texts[form]);
}
