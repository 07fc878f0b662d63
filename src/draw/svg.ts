/** Attribute values of an SVG element. Numbers are written with at most two decimals. */
export type Attributes = Record<string, string | number | undefined>;

/** Text for SVG: nothing of it can become markup. Characters that XML does not allow are dropped. */
export function escapeText(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]|\p{Cs}/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** A number as short as two decimals allow. */
export function round2(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** One SVG element; `content` is markup that this module made. */
export function element(name: string, attributes: Attributes, content = ''): string {
  let open = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      open += ` ${key}="${typeof value === 'number' ? round2(value) : escapeText(value)}"`;
    }
  }
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`;
}

/** A `<text>` element. */
export function textElement(text: string, attributes: Attributes): string {
  return text === '' ? '' : element('text', attributes, escapeText(text));
}

/** A whole SVG document with a title and a description for those who cannot see it. */
export function document({
  width,
  height,
  title,
  description,
  body,
}: {
  width: number;
  height: number;
  title: string;
  description: string;
  body: string;
}): string {
  const head =
    element('title', { id: 'title' }, escapeText(title)) +
    element('desc', { id: 'desc' }, escapeText(description));
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${round2(width)} ${round2(height)}`,
      role: 'img',
      'aria-labelledby': 'title desc',
      'font-family': "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
    },
    head + body,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n`;
}
