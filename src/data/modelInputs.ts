import { InputError } from '../core/errors';
import type { Numbers } from './arrays/elements';
import { usualLabels } from './arrays/memberChoice';
import { splitMember } from '../core/arrayMember';
import { namesInArchive } from './arrays/openArray';
import type { Features, InputFeatures, InstancePlace } from './dataset';
import { readHead } from './files/fileAccess';
import { detectFormat } from './files/fileFormat';
import type { Limits } from './files/limits';
import { openPart, type DataPart, type ReadingOptions } from './openPart';
import { ParquetFile } from './tables/parquet/parquetFile';
import { pluralise } from '../core/wording';
import { elementCount } from '../core/shape';

/** Numbers of one input of a model. */
interface NamedFeatures {
  name: string;
  features: Features;
  path: string;
}

/** The numbers of several inputs of a model: those of an instance one after the other. */
export class JoinedInputs implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  readonly axes = 'flat';
  readonly inputs: readonly InputFeatures[];
  private readonly sizes: number[];

  /** @throws InputError where the inputs have different numbers of instances */
  constructor(
    file: string,
    private readonly parts: readonly NamedFeatures[],
  ) {
    const [{ name, features: first }] = parts;
    for (const part of parts) {
      if (part.features.count === first.count) continue;
      const counts = `${pluralise(part.features.count, 'instance')}, but input \`${name}\` has ${first.count}`;
      throw new InputError(file, `input \`${part.name}\` has ${counts}: expected as many of all`);
    }
    this.count = first.count;
    this.inputs = parts.map(({ name: own, features, path }) => ({ name: own, shape: features.shape, path }));
    this.sizes = this.inputs.map(({ shape }) => elementCount(shape));
    this.shape = [this.sizes.reduce((sum, size) => sum + size, 0)];
  }

  place(index: number): InstancePlace {
    return this.parts[0].features.place(index);
  }

  async read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    const [total] = this.shape;
    let from = 0;
    for (const [k, { features }] of this.parts.entries()) {
      const size = this.sizes[k];
      const length = indices.length * size;
      const own = out instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
      await features.read(indices, own);
      for (let row = 0; row < indices.length; row++) {
        out.set(own.subarray(row * size, (row + 1) * size), row * total + from);
      }
      from += size;
    }
  }
}

/** A file of data, or the files of several inputs of a model. */
export interface DataSource {
  path: string;
  /** Paths by the name of the input that takes them. */
  byInput?: readonly { name: string; path: string }[];
}

/** What of a model is known when its data is opened. */
export interface InputReading {
  /** Names of its inputs. */
  inputs: readonly string[];
  labelsElsewhere: boolean;
  reading: ReadingOptions;
  notices: string[];
}

/**
 * Opens a file or folder of instances for a model: the arrays of an archive, or the columns of a table, that have the names of
 * its inputs; anything else as {@link openPart} does.
 * @throws InputError
 */
export async function openForInputs({ path, byInput }: DataSource, asked: InputReading): Promise<DataPart> {
  const { inputs, labelsElsewhere, reading, notices } = asked;
  const paths = byInput ?? (await inputsOfArchive(path, inputs, reading.limits));
  if (paths) return openInputs(paths, asked);
  const isTable = inputs.length > 1 && !reading.features && (await hasColumns(path, inputs, reading.limits));
  if (!isTable) return openPart(path, labelsElsewhere, reading, notices);
  const part = await openPart(path, labelsElsewhere, { ...reading, features: inputs }, notices);
  const { features } = part;
  if (features.shape[0] !== inputs.length) {
    throw new InputError(path, `its columns ${inputs.join(', ')} are not all numbers, as the model takes`);
  }
  return { ...part, features: new TableInputs(features, inputs) };
}

/** The columns of a table, each of which is an input of a model. */
class TableInputs implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  readonly axes = 'flat';
  readonly inputs: readonly InputFeatures[];

  constructor(
    private readonly table: Features,
    names: readonly string[],
  ) {
    this.count = table.count;
    this.shape = table.shape;
    this.inputs = names.map((name) => ({ name, shape: [1] }));
  }

  place(index: number): InstancePlace {
    return this.table.place(index);
  }

  read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    return this.table.read(indices, out);
  }
}

async function openInputs(
  paths: readonly { name: string; path: string }[],
  { labelsElsewhere, reading, notices, inputs }: InputReading,
): Promise<DataPart> {
  const parts: (NamedFeatures & DataPart)[] = [];
  for (const { name, path } of paths) {
    parts.push({ ...(await openPart(path, true, reading, notices)), name, path });
  }
  const [first] = parts;
  const features = inputs.length === 1 ? first.features : new JoinedInputs(first.path, parts);
  const wanted = !labelsElsewhere && reading.labelColumn !== false;
  const labelsPath = wanted ? await labelsBeside(paths, reading.limits) : undefined;
  if (labelsPath !== undefined) notices.push(`The labels are taken from ${labelsPath}.`);
  return { ...first, name: first.path, features, labelsPath };
}

/** Labels in the archive that the inputs are arrays of. */
async function labelsBeside(
  paths: readonly { name: string; path: string }[],
  limits: Limits,
): Promise<string | undefined> {
  const { file, member } = splitMember(paths[0].path);
  if (member === undefined) return undefined;
  const own = new Set(paths.map(({ path }) => splitMember(path).member));
  const others = ((await namesInArchive(file, limits)) ?? []).filter((name) => !own.has(name));
  const labels = usualLabels(others);
  return labels === undefined ? undefined : `${file}:${labels}`;
}

/** The arrays of an archive that have the names of a model's inputs; undefined where it is none, or has none of them. */
async function inputsOfArchive(
  path: string,
  inputs: readonly string[],
  limits: Limits,
): Promise<{ name: string; path: string }[] | undefined> {
  const { file, member } = splitMember(path);
  if (inputs.length === 0 || member !== undefined) return undefined;
  const names = await namesInArchive(file, limits);
  if (!names) return undefined;
  const own = inputs.filter((name) => names.includes(name));
  return own.length > 0 ? own.map((name) => ({ name, path: `${file}:${name}` })) : undefined;
}

/** Bytes of a table that its first line is looked for in. */
const HEAD_BYTES = 64 * 1024;

/** Whether a table has a column for each input of a model: what is text names them in its first line. */
async function hasColumns(path: string, inputs: readonly string[], limits: Limits): Promise<boolean> {
  const format = await detectFormat(splitMember(path).file);
  if (format === 'parquet') {
    const { columns } = await ParquetFile.open(path, limits);
    return inputs.every((name) => columns.some((column) => column.name === name));
  }
  if (format !== 'text') return false;
  const [line] = Buffer.from(await readHead(path, HEAD_BYTES))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, 1);
  const names = new Set(line.split(/[,;\t|]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')));
  return inputs.every((name) => names.has(name));
}

/**
 * Files that are given by the names of a model's inputs belong together; others stand each for themselves.
 * @throws InputError where some are, and others are not
 */
export function sourcesByInput(
  data: readonly { name?: string; path: string }[],
  inputs: readonly string[],
): DataSource[] {
  const named = data.flatMap(({ name, path }) =>
    name !== undefined && inputs.includes(name) ? [{ name, path }] : [],
  );
  if (inputs.length < 2 || named.length === 0) return data.map(({ path }) => ({ path }));
  if (named.length < data.length || new Set(named.map(({ name }) => name)).size < named.length) {
    const listed = inputs.join(', ');
    throw new InputError(
      'data',
      `names inputs of the model: expected each of ${listed} at most once, and nothing else`,
    );
  }
  // In the model's order, whichever way they were given.
  const byInput = inputs.flatMap((name) => named.filter((each) => each.name === name));
  return [{ path: byInput[0].path, byInput }];
}
