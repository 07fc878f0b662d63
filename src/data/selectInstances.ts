import { InputError } from '../core/errors';
import { Random } from '../core/random';
import type { Features, InputFeatures, InstancePlace, Splits } from './dataset';
import type { Numbers } from './arrays/elements';
import { formatShape } from './arrays/storedArray';
import { formatCount, pluralise } from '../core/wording';
import { elementCount } from '../core/shape';

/** A split to be drawn: its share of all instances, between 0 and 1. */
export interface Share {
  name: string;
  share: number;
}

/** Instances of several files one after the other. */
export class JoinedFeatures implements Features {
  readonly count: number;
  readonly shape;
  readonly axes;
  readonly inputs?: readonly InputFeatures[];
  private readonly units: number;
  private readonly starts: number[] = [];

  /** @throws InputError where the parts have different shapes */
  constructor(private readonly parts: readonly { name: string; features: Features }[]) {
    const [{ name, features: first }] = parts;
    let count = 0;
    for (const part of parts) {
      if (part.features.shape.join() !== first.shape.join() || part.features.axes !== first.axes) {
        throw new InputError(
          part.name,
          `instances are ${formatShape(part.features.shape)}, expected ${formatShape(first.shape)} as in ${name}`,
        );
      }
      this.starts.push(count);
      count += part.features.count;
    }
    this.count = count;
    this.shape = first.shape;
    this.axes = first.axes;
    this.inputs = first.inputs;
    this.units = elementCount(first.shape);
  }

  place(index: number): InstancePlace {
    const part = this.partOf(index);
    return this.parts[part].features.place(index - this.starts[part]);
  }

  async read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    for (let at = 0; at < indices.length;) {
      const part = this.partOf(indices[at]);
      const local: number[] = [];
      while (at + local.length < indices.length && this.partOf(indices[at + local.length]) === part) {
        local.push(indices[at + local.length] - this.starts[part]);
      }
      await this.parts[part].features.read(local, out.subarray(at * this.units));
      at += local.length;
    }
  }

  private partOf(index: number): number {
    return Math.max(
      0,
      this.starts.findLastIndex((start) => start <= index),
    );
  }
}

/** Some of the instances, in the order given. */
export class SelectedFeatures implements Features {
  readonly count: number;
  readonly shape;
  readonly axes;
  readonly inputs?: readonly InputFeatures[];

  constructor(
    private readonly all: Features,
    private readonly rows: Int32Array,
  ) {
    this.count = rows.length;
    this.shape = all.shape;
    this.axes = all.axes;
    this.inputs = all.inputs;
  }

  place(index: number): InstancePlace {
    return this.all.place(this.rows[index]);
  }

  read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    return this.all.read(
      Float64Array.from(indices, (index) => this.rows[index] ?? NaN),
      out,
    );
  }
}

/**
 * Rows in use, ascending: the first `take`, and of these `sample` drawn at random.
 * @returns undefined where all are in use
 * @throws InputError where a number is no positive whole one
 */
export function selectRows({
  count,
  take,
  sample,
  seed,
  notices,
}: {
  count: number;
  take: number | undefined;
  sample: number | undefined;
  seed: number;
  notices: string[];
}): Int32Array | undefined {
  for (const [option, value] of Object.entries({ take, sample })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new InputError(option, `${value} is no number of instances: expected 1 or more`);
    }
    if (value !== undefined && value > count) {
      notices.push(
        `There are only ${pluralise(count, 'instance')}, fewer than ${option} ${formatCount(value)} asks for.`,
      );
    }
  }
  const taken = Math.min(count, take ?? count);
  const wanted = Math.min(taken, sample ?? taken);
  if (wanted === count) return undefined;
  return new Random(seed).sample(taken, wanted);
}

/** Most splits that a byte can number. */
const MOST_SPLITS = 256;

/** @throws InputError where there are too many splits */
export function checkSplitCount(count: number): void {
  if (count > MOST_SPLITS) throw new InputError('data', `makes ${count} splits, the limit is ${MOST_SPLITS}`);
}

/**
 * Draws splits at random, with sizes as close to their shares as whole numbers are.
 * @throws InputError where names or shares make no sense, or a split would be empty
 */
export function drawSplits(shares: readonly Share[], count: number, seed: number): Splits {
  const names = shares.map(({ name }) => name);
  checkSplitCount(shares.length);
  if (shares.length === 0 || new Set(names).size < names.length || names.includes('')) {
    throw new InputError('split', 'expected different names with a share each, such as train=0.8 test=0.2');
  }
  const total = shares.reduce((sum, { share }) => sum + share, 0);
  if (!shares.every(({ share }) => share > 0 && share <= 1) || Math.abs(total - 1) > 1e-6) {
    throw new InputError(
      'split',
      `the shares ${shares.map(({ share }) => share).join(' + ')} are not above 0 with a sum of 1`,
    );
  }
  const of = new Uint8Array(count);
  const order = Int32Array.from({ length: count }, (_, row) => row);
  new Random(seed).shuffle(order);
  let cumulated = 0;
  let start = 0;
  shares.forEach(({ name, share }, split) => {
    cumulated += share / total;
    const end = split === shares.length - 1 ? count : Math.round(cumulated * count);
    if (end <= start) {
      throw new InputError('split', `\`${name}\` gets no instance: ${share} of ${count} is none`);
    }
    order.subarray(start, end).forEach((row) => (of[row] = split));
    start = end;
  });
  return { names, of };
}
