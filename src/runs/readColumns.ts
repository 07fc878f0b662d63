import { InputError } from '../core/errors';
import { listMembers } from '../data/arrays/npz';
import { readArray } from '../data/arrays/readArray';
import { patternsFile, type Run } from './readRun';

/** What a snapshot says of each instance, without its patterns. */
export interface SnapshotColumns {
  instances: Int32Array;
  predicted: Int32Array;
  labels?: Int32Array;
  splits?: Int32Array;
  /** Score of the label minus the largest other; absent in runs whose writer did not keep it. */
  margin?: Float32Array;
  /** Largest softmax probability; likewise. */
  confidence?: Float32Array;
}

/** Reads the columns of a snapshot: a small part of its file. @throws InputError */
export async function readColumns(run: Run, index: number): Promise<SnapshotColumns> {
  const file = patternsFile(run, run.manifest.snapshots[index]);
  const names = new Set((await listMembers(file)).map(({ name }) => name));
  let rows: number | undefined;
  const read = async (name: string) => {
    if (!names.has(name)) return undefined;
    const { data, shape } = await readArray(`${file}:${name}`);
    rows ??= data.length;
    if (shape.length === 1 && data.length === rows) return data;
    throw new InputError(file, `has shape [${shape.join(', ')}], expected [${rows}]`, `member ${name}`);
  };
  const needed = async (name: string) => {
    const column = await read(name);
    if (column) return Int32Array.from(column);
    throw new InputError(file, `has no array ${name}`);
  };
  const integers = async (name: string) => {
    const column = await read(name);
    return column && Int32Array.from(column);
  };
  const numbers = async (name: string) => {
    const column = await read(name);
    return column && Float32Array.from(column);
  };
  return {
    instances: await needed('instance'),
    predicted: await needed('output'),
    labels: await integers('label'),
    splits: await integers('split'),
    margin: await numbers('margin'),
    confidence: await numbers('confidence'),
  };
}
