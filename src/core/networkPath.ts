/**
 * The other computer that a path of Windows leads to, in lower case; undefined for paths of this one. Opening such a path
 * sends the user's name, and a proof of the password, to that computer. Paths of devices (`\\.\pipe\x`) count as their device.
 */
export function networkHost(path: string): string | undefined {
  const text = path.replaceAll('/', '\\');
  if (!text.startsWith('\\\\')) return undefined;
  const [first, second = '', third = ''] = text.slice(2).split('\\');
  // `\\?\C:\x` is a long way to write C:\x; `\\?\UNC\host\share` and `\\.\UNC\host\share` are of a host.
  if (first !== '?' && first !== '.') return first.toLowerCase();
  if (first === '?' && /^[a-z]:$/i.test(second)) return undefined;
  return (second.toLowerCase() === 'unc' ? third : second).toLowerCase();
}
