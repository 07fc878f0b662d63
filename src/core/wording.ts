/** A whole number with thousands separated: `2,311`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3}){1,8}$)/g, ',');
}

/** A count and its noun: `1 pattern`, `2,311 patterns`. */
export function pluralise(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/**
 * A share as per cent, by one rule wherever it is read: whole from 10 % to below 99 %, with one digit after the point
 * below and above; never 0 % or 100 % unless it is exactly that. So `84 %`, `7.3 %`, `99.2 %`.
 */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent >= 10 && percent < 99) return `${percent.toFixed(0)} %`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

/** A value of a metric in few characters: `0.2431`, `3.1e-5`, `NaN`, `−∞`. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace(/\.?0{0,2}e\+?/, 'e');
  return String(Number(value.toPrecision(4)));
}

/** A number of bytes: `12 bytes`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : value.toFixed(1)} ${units[unit]}`;
}

/** The name of a snapshot: `epoch 8`, or `epoch 1, step 200` where it lies within an epoch. */
export function snapshotName({ epoch, step }: { epoch: number; step?: number }): string {
  return step === undefined ? `epoch ${epoch}` : `epoch ${epoch}, step ${step}`;
}

/** Text from a file, made fit to stand in a message: on one line, and not long. */
export function oneLine(text: string): string {
  // Everything below a space, and the line ends beyond ASCII.
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
