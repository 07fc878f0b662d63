import type { InstancePlace } from './dataset';
import { oneLine } from '../core/wording';

/** Where in its file an instance stands: `line 17`, `member x, index 3`; undefined where the file is all there is. */
export function placeWithinFile(place: InstancePlace): string | undefined {
  const parts = [
    place.member === undefined ? undefined : `member ${oneLine(place.member)}`,
    place.line === undefined ? undefined : `line ${place.line}`,
    place.line === undefined && place.index !== undefined ? `index ${place.index}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** A place for people: `iris.csv, line 17`, `x.npy, index 3`, `mnist.npz, member x_test, index 3`. */
export function describePlace(place: InstancePlace): string {
  const within = placeWithinFile(place);
  return within ? `${place.file}, ${within}` : place.file;
}
