import * as path from 'node:path';

const byName = new Intl.Collator(undefined, { numeric: true });

/** Epoch or step that the name of a checkpoint tells: `epoch=3-step=100`, `checkpoint-500`. */
export function checkpointNumber(file: string): number | undefined {
  const name = path.basename(file);
  const match =
    /epoch[=_-]?(\d+)/i.exec(name) ?? /step[=_-]?(\d+)/i.exec(name) ?? /checkpoint-(\d+)/i.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Checkpoints in the order in which they were written, as far as their names tell. */
export function inTrainingOrder(files: readonly string[]): string[] {
  return [...files].sort(
    (a, b) =>
      (checkpointNumber(a) ?? 0) - (checkpointNumber(b) ?? 0) ||
      byName.compare(path.basename(a), path.basename(b)),
  );
}
