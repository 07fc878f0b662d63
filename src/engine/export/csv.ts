/** One line of CSV: absent values are empty, text with separators, quotes or line breaks is quoted (RFC 4180). */
export function csvLine(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map(csvField).join(',')}\n`;
}

function csvField(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
