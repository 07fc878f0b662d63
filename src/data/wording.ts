/** A number of bytes for people: `12 bytes`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value.toLocaleString('en-GB') : value.toFixed(1)} ${units[unit]}`;
}

/** A count with thousands separators: `60,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count and its noun: `1 file`, `1,200 files`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Text from a file, made fit to stand in a message: on one line, and not long. */
export function oneLine(text: string): string {
  // Everything below a space, and the line ends beyond ASCII.
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
